# Made where no topic is given, or as make_topic says. Its own key, because CloudWatch alarms cannot publish to a topic that alias/aws/sns encrypts.

resource "aws_kms_key" "topic" {
  count               = local.makes_topic_key ? 1 : 0
  description         = "Encrypts the rotation messages of ${var.name}"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecides"
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "AlarmsMayPublish"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })
}

resource "aws_sns_topic" "rotations" {
  count             = local.makes_topic ? 1 : 0
  name_prefix       = "${var.name}-"
  display_name      = "Secret rotations"
  kms_master_key_id = one(aws_kms_key.topic[*].arn)
}

output "function_arn" {
  description = "For `rotation_lambda_arn` of aws_secretsmanager_secret_rotation."
  value       = aws_lambda_function.function.arn
}

output "topic_arn" {
  description = "Tells of every rotation that succeeded or failed, and of alarms."
  value       = local.topic
}
