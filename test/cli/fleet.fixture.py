"""moto's interpreter of the Amazon States Language as a server of Step Functions. Its tasks call the sandbox at MOTO_PORT.

What is not moto's, and why:
- It evaluates no JSONata by itself: jsonata-python does, a port of the reference implementation.
- It spells the service's name in an error as in the call: secretsmanager.X, where Step Functions says SecretsManager.X.
- It knows ToleratedFailurePercentage and does nothing by it. Here a failed item above it begins no further one, and fails the map.
"""
import logging
import os
import sys

logging.disable(logging.CRITICAL)
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")

from jsonata import Jsonata  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402
from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType  # noqa: E402
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName  # noqa: E402
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (  # noqa: E402
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (  # noqa: E402
    distributed_item_processor_worker as distributed,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (  # noqa: E402
    state_task_service_aws_sdk as aws_sdk,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails  # noqa: E402
from moto.stepfunctions.parser.asl.jsonata import jsonata  # noqa: E402

default_user_config["stepfunctions"] = {"execute_state_machine": True}
aws_sdk._SERVICE_ERROR_NAMES["secretsmanager"] = "SecretsManager"


def evaluated(expression):
    try:
        return Jsonata(expression).evaluate(None)
    except Exception as error:
        raise jsonata.JSONataException("UNKNOWN", str(error))


jsonata._eval_jsonata = evaluated

THRESHOLD = "States.ExceedToleratedFailureThreshold"
Worker = distributed.DistributedItemProcessorWorker
as_moto_does = Worker._eval_job


def within_threshold(self, env, job):
    as_moto_does(self, env, job)
    record = self._map_run_record
    failed, total = record.item_counter.failed.get(), self._job_pool._jobs_number
    if failed * 100 > record.tolerated_failure_percentage * total:
        details = ExecutionFailedEventDetails(error=THRESHOLD, cause="Too many items failed")
        job.job_output = FailureEventException(
            FailureEvent(
                env=self._env,
                error_name=ErrorName(THRESHOLD),
                event_type=HistoryEventType.ExecutionFailed,
                event_details=EventDetails(executionFailedEventDetails=details),
            )
        )


Worker._eval_job = within_threshold

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
