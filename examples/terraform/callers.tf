# What calls the function besides Secrets Manager.

resource "aws_iam_role" "scheduler" {
  count = local.function.revokesLater ? 1 : 0
  name  = "${var.name}-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "call_back" {
  count = local.function.revokesLater ? 1 : 0
  name  = "call-back"
  role  = aws_iam_role.scheduler[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "CallRotationFunction"
      Effect   = "Allow"
      Action   = "lambda:InvokeFunction"
      Resource = aws_lambda_function.function.arn
    }]
  })
}

locals {
  has_rule = local.function.schedule != "" || local.function.pattern != ""
}

resource "aws_cloudwatch_event_rule" "call" {
  count               = local.has_rule ? 1 : 0
  name                = var.name
  schedule_expression = local.function.schedule != "" ? local.function.schedule : null
  event_pattern       = local.function.pattern != "" ? local.function.pattern : null
}

resource "aws_cloudwatch_event_target" "call" {
  count = local.has_rule ? 1 : 0
  rule  = aws_cloudwatch_event_rule.call[0].name
  arn   = aws_lambda_function.function.arn
}

resource "aws_lambda_permission" "events" {
  count         = local.has_rule ? 1 : 0
  function_name = aws_lambda_function.function.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.call[0].arn
}
