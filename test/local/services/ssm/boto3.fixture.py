"""Talks to Parameter Store and the Scheduler as a Python program would; prints what it saw as JSON."""
import json
import os
import sys

import boto3
from botocore.exceptions import ClientError


def client(name):
    return boto3.client(
        name,
        endpoint_url=os.environ["SANDBOX_URL"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def failure(call, **arguments):
    try:
        call(**arguments)
        return None
    except ClientError as error:
        response = error.response
        return [type(error).__name__, response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]]


ssm, scheduler = client("ssm"), client("scheduler")

put = ssm.put_parameter(Name="/app/key", Value="one", Type="SecureString", Tags=[{"Key": "team", "Value": "red"}])
ssm.put_parameter(Name="/app/key", Value="two", Overwrite=True)
labelled = ssm.label_parameter_version(Name="/app/key", ParameterVersion=1, Labels=["current", "AWSCURRENT"])
history = ssm.get_parameter_history(Name="/app/key", WithDecryption=True)["Parameters"]
for name in ["a", "b", "c"]:
    ssm.put_parameter(Name=f"/many/{name}", Value=name, Type="String")
pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/many", PaginationConfig={"PageSize": 2})
schedule = scheduler.create_schedule(
    Name="nightly",
    ScheduleExpression="cron(0 3 * * ? *)",
    FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": "arn:aws:lambda:us-east-1:123456789012:function:rotate", "RoleArn": "arn:aws:iam::123456789012:role/r"},
)

json.dump(
    {
        "put": [put["Version"], put["Tier"]],
        "invalid": labelled["InvalidLabels"],
        "history": [[version["Value"], version["Labels"]] for version in history],
        "year": history[0]["LastModifiedDate"].year,
        "current": ssm.get_parameter(Name="/app/key:current", WithDecryption=True)["Parameter"]["Value"],
        "hidden": ssm.get_parameter(Name="/app/key")["Parameter"]["Value"] != "two",
        "both": ssm.get_parameters(Names=["/app/key", "nope"])["InvalidParameters"],
        "pages": [len(page["Parameters"]) for page in pages],
        "tags": ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/key")["TagList"],
        "missing": failure(ssm.get_parameter, Name="nope"),
        "exists": failure(ssm.put_parameter, Name="/app/key", Value="v", Type="SecureString"),
        "token": failure(ssm.describe_parameters, NextToken="x"),
        "schedule": scheduler.list_schedules()["Schedules"][0]["Arn"] == schedule["ScheduleArn"],
        "noSchedule": failure(scheduler.delete_schedule, Name="nope"),
    },
    sys.stdout,
)
