"""Reads and writes in one region what another one does not have; prints what it saw as JSON."""
import json
import os
import sys

import boto3


def client(name, region):
    return boto3.client(
        name,
        endpoint_url=os.environ["SANDBOX_URL"],
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


ireland, virginia = client("secretsmanager", "eu-west-1"), client("secretsmanager", "us-east-1")
created = ireland.create_secret(Name="app", SecretString="ireland")
virginia.create_secret(Name="app", SecretString="virginia", AddReplicaRegions=[{"Region": "eu-west-2"}])
london = client("secretsmanager", "eu-west-2")

parameters = client("ssm", "eu-west-1")
parameters.put_parameter(Name="/app/key", Value="ireland", Type="String")
rds = client("rds", "eu-west-1").describe_db_instances()["DBInstances"][0]

json.dump(
    {
        "arn": created["ARN"][:-6],
        "values": [one.get_secret_value(SecretId="app")["SecretString"] for one in (ireland, virginia, london)],
        "primary": london.describe_secret(SecretId="app")["PrimaryRegion"],
        "parameter": parameters.get_parameter(Name="/app/key")["Parameter"]["ARN"],
        "elsewhere": client("ssm", "us-east-1").describe_parameters()["Parameters"],
        "topic": client("sns", "eu-west-1").create_topic(Name="alerts")["TopicArn"],
        "topics": client("sns", "us-east-1").list_topics().get("Topics", []),
        "instance": rds["DBInstanceArn"],
    },
    sys.stdout,
)
