# One function of Rekey: a thin layer over the zip and the rights that `npm run package -- --function NAME` makes.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.22"
    }
  }
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  function  = jsondecode(file("${var.package}/function.json"))
  zip       = "${var.package}/code.zip"
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region
  account   = data.aws_caller_identity.this.account_id

  # How many there are has to be known before the first apply, in which an ARN may not be known yet.
  makes_topic     = var.make_topic != null ? var.make_topic : var.topic_arn == ""
  makes_topic_key = local.makes_topic && var.make_topic_key
  topic           = local.makes_topic ? aws_sns_topic.rotations[0].arn : var.topic_arn
  topic_keys      = local.makes_topic ? aws_kms_key.topic[*].arn : compact([var.topic_key_arn])
  # Spelled from the names, as in the CloudFormation template: the role waits for neither.
  scheduler = "arn:${local.partition}:iam::${local.account}:role/${var.name}-scheduler"
}

module "rights" {
  source  = "./rights"
  package = var.package
  place = {
    partition = local.partition
    region    = local.region
    account   = local.account
    suffix    = data.aws_partition.this.dns_suffix
    name      = var.name
    log       = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}:*"
    topic     = local.topic
    scheduler = local.scheduler

    secret_account = var.secret_account_id
  }
  arns = merge(var.arns, {
    SubnetIds       = var.subnet_ids
    TopicKeyArn     = local.topic_keys
    SecretAccountId = compact([var.secret_account_id])
  })
}

resource "aws_iam_role" "function" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "rotation" {
  name   = "rotation"
  role   = aws_iam_role.function.id
  policy = jsonencode({ Version = "2012-10-17", Statement = module.rights.statements })
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = local.function.logRetentionInDays
}

resource "aws_lambda_function" "function" {
  function_name    = var.name
  description      = local.function.description
  filename         = local.zip
  source_code_hash = filebase64sha256(local.zip)
  handler          = local.function.handler
  runtime          = local.function.runtime
  architectures    = [local.function.architecture]
  memory_size      = local.function.memorySize
  timeout          = local.function.timeout
  role             = aws_iam_role.function.arn

  environment {
    variables = merge(
      local.function.environment,
      { NOTIFICATION_TOPIC_ARN = local.topic },
      var.metrics ? { METRICS = var.name } : {},
      local.function.revokesLater ? { SCHEDULER_ROLE_ARN = local.scheduler } : {},
      var.settings,
    )
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) > 0 ? [1] : []
    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  depends_on = [aws_cloudwatch_log_group.function, aws_iam_role_policy.rotation]
}

# The account, not one secret, so that the function serves many.
resource "aws_lambda_permission" "secrets_manager" {
  count          = local.function.rotates ? 1 : 0
  function_name  = aws_lambda_function.function.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = local.account
}

resource "aws_lambda_permission" "other_account" {
  count          = local.function.rotates && var.secret_account_id != "" ? 1 : 0
  function_name  = aws_lambda_function.function.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.secret_account_id
}

# Those of the template. Without metrics only the one that counts what Lambda itself writes is left.
resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = { for name, one in module.rights.alarms : name => one if var.metrics || !one.needsMetrics }
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.evaluationPeriods
  datapoints_to_alarm = each.value.datapoints
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : each.value.tells ? [local.topic] : []
}

resource "aws_cloudwatch_log_metric_filter" "died" {
  name           = "${var.name}-died"
  log_group_name = aws_cloudwatch_log_group.function.name
  pattern        = module.rights.died.pattern

  metric_transformation {
    namespace = module.rights.died.namespace
    name      = module.rights.died.metric
    value     = module.rights.died.value
  }
}
