"""Plays steps on moto's CloudFormation, and prints what is there after each of them."""
import json
import logging
import os
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
REGION = "eu-west-1"
os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION=REGION)

import boto3  # noqa: E402
from moto import mock_aws  # noqa: E402


def there():
    client = boto3.client
    functions = client("lambda").list_functions()["Functions"]
    return {
        "functions": {
            one["FunctionName"]: {"sha": one["CodeSha256"], "environment": one["Environment"]["Variables"]}
            for one in functions
        },
        "roles": sorted(one["RoleName"] for one in client("iam").list_roles()["Roles"]),
        "topics": [one["TopicArn"] for one in client("sns").list_topics()["Topics"]],
        "subscriptions": len(client("sns").list_subscriptions()["Subscriptions"]),
        "machines": sorted(one["name"] for one in client("stepfunctions").list_state_machines()["stateMachines"]),
        "logs": sorted(one["logGroupName"] for one in client("logs").describe_log_groups()["logGroups"]),
    }


def play(step):
    cloudformation = boto3.client("cloudformation")
    name = step["stack"]
    if step["do"] == "subscribe":
        [topic] = boto3.client("sns").list_topics()["Topics"]
        boto3.client("sns").subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:q")
        return
    if step["do"] == "delete":
        cloudformation.delete_stack(StackName=name)
        return
    for key, text in step.get("zips", {}).items():
        boto3.client("s3").put_object(Bucket="code", Key=key, Body=text.encode())
    asked = {
        "StackName": name,
        "TemplateBody": json.dumps(step["template"]),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in step["parameters"].items()],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    (cloudformation.update_stack if step["do"] == "update" else cloudformation.create_stack)(**asked)


with mock_aws():
    boto3.client("s3").create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    seen = []
    for one in json.load(sys.stdin):
        play(one)
        seen.append(there())
    print(json.dumps(seen))
