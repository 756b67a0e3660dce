"""Talks to the sandbox as a Python program would; prints what it saw as JSON."""
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


def tail(logs, group, since, seen):
    """One round of `aws logs tail --follow` of version 2: all pages from the last moment on, and what was shown is left out."""
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, interleaved=True, startTime=since)
    events = [event for page in pages for event in page["events"] if event["eventId"] not in seen]
    seen.update(event["eventId"] for event in events)
    return [event["message"].strip() for event in events], max([since] + [event["timestamp"] for event in events])


secrets, sns, rds, functions = client("secretsmanager"), client("sns"), client("rds"), client("lambda")

created = secrets.create_secret(Name="app", SecretBinary=b"\x00\xff")
read = secrets.get_secret_value(SecretId="app")
topic = sns.create_topic(Name="alerts", Tags=[{"Key": "team", "Value": "a"}])["TopicArn"]
sns.publish(TopicArn=topic, Message="text", MessageAttributes={"code": {"DataType": "String", "StringValue": "X"}})
sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "stage", "Value": "b"}])
sns.untag_resource(ResourceArn=topic, TagKeys=["team"])
untagged = sns.create_topic(Name="untagged", Tags=[])["TopicArn"]
mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com", ReturnSubscriptionArn=True)
sns.set_subscription_attributes(
    SubscriptionArn=mail["SubscriptionArn"], AttributeName="FilterPolicy", AttributeValue='{"a": ["b"]}'
)
batch = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "one", "Message": "text"}])
invoked = functions.invoke(FunctionName="echo", Payload=b'{"a": 1}')
logs, since, seen, talked = client("logs"), 0, set(), []
for turn in (2, 4):
    functions.invoke(FunctionName="talker", Payload=b"{}")
    rounds = 0
    while rounds < 200 and len(seen) < turn:
        said, since = tail(logs, "/aws/lambda/talker", since, seen)
        talked += said
        rounds += 1

json.dump(
    {
        "arn": created["ARN"] == read["ARN"],
        "binary": list(read["SecretBinary"]),
        "year": read["CreatedDate"].year,
        "requestId": len(read["ResponseMetadata"]["RequestId"]),
        "missing": failure(secrets.get_secret_value, SecretId="nope"),
        "topic": topic,
        "attributes": sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Owner"],
        "tags": [sns.list_tags_for_resource(ResourceArn=arn)["Tags"] for arn in (topic, untagged)],
        "subscriptions": [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]],
        "filter": sns.get_subscription_attributes(**{"SubscriptionArn": mail["SubscriptionArn"]})["Attributes"][
            "FilterPolicy"
        ],
        "batch": [[one["Id"] for one in batch["Successful"]], batch["Failed"]],
        "noSubscription": failure(sns.unsubscribe, SubscriptionArn=topic),
        "noTopic": failure(sns.publish, TopicArn=topic + "x", Message="text"),
        "instance": rds.describe_db_instances()["DBInstances"][0]["Endpoint"],
        "members": rds.describe_db_clusters()["DBClusters"][0]["DBClusterMembers"],
        "noInstance": failure(rds.describe_db_instances, DBInstanceIdentifier="nope"),
        "noCluster": failure(rds.describe_db_clusters, DBClusterIdentifier="nope"),
        "identity": client("sts").get_caller_identity()["Arn"],
        "configuration": functions.get_function_configuration(FunctionName="echo")["Timeout"],
        "log": client("logs").filter_log_events(logGroupName="/aws/lambda/echo")["events"],
        "tail": talked,
        "payload": json.load(invoked["Payload"]),
        "noFunction": failure(functions.invoke, FunctionName="nope"),
    },
    sys.stdout,
)
