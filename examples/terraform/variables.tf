variable "package" {
  description = "The folder that `npm run package -- --function NAME` made: code.zip and function.json."
  type        = string
}

variable "name" {
  description = "The function's name. Its role, log and secrets go by it."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets from which the databases, Secrets Manager and SNS can be reached. Empty puts the function outside any VPC."
  type        = list(string)
  default     = []
}

variable "security_group_ids" {
  description = "Security groups of the function, needed with subnet_ids."
  type        = list(string)
  default     = []
}

variable "arns" {
  description = "What the role may reach besides the secrets that name the function, by the template's parameters: SuperuserSecretArns, SecretKeyArns, MirrorParameterArns, IamUserArns, ParameterArns, DatadogAdminSecretArns, …"
  type        = map(list(string))
  default     = {}
}

variable "settings" {
  description = "Settings as docs/settings.md names them: { PASSWORD_LENGTH = \"40\" }."
  type        = map(string)
  default     = {}
}

variable "metrics" {
  description = "Whether the function writes metrics into its log, which all alarms but one look at."
  type        = bool
  default     = true
}

variable "topic_arn" {
  description = "A topic to tell of rotations. Empty makes one, with a key of its own."
  type        = string
  default     = ""
}

variable "alarm_topic_arn" {
  description = "A topic for all alarms. Empty leaves to the topic of the messages those that are about what no message tells."
  type        = string
  default     = ""
}

variable "make_topic" {
  description = "Whether a topic is made. Needed (false) with a topic_arn that the same apply makes: Terraform has to know before. Left out, it is made where topic_arn is empty."
  type        = bool
  default     = null
}

variable "make_topic_key" {
  description = "Whether the topic that is made has a KMS key, a dollar a month. Without, SNS encrypts by itself: TopicKeyArn=none of the template."
  type        = bool
  default     = true
}

variable "topic_key_arn" {
  description = "The customer managed key of topic_arn, if it has one."
  type        = string
  default     = ""
}

variable "secret_account_id" {
  description = "Another account whose secrets may name the function, too. Each secret there, and its key, must let the role in."
  type        = string
  default     = ""
}
