# The statements of one function's role, and its alarms, out of function.json. No resources: `terraform apply` runs it without a provider.

variable "package" {
  description = "The folder that `npm run package -- --function NAME` made."
  type        = string
}

variable "place" {
  description = "Partition, region, account and DNS suffix, and the names and ARNs that the role is spelled from."
  type = object({
    partition      = string
    region         = string
    account        = string
    suffix         = string
    name           = string
    log            = string
    topic          = string
    scheduler      = string
    secret_account = string
  })
}

variable "arns" {
  description = "What the role may reach, by the names of the template's parameters: SuperuserSecretArns, SecretKeyArns, … SubnetIds, TopicKeyArn and SecretAccountId count, too."
  type        = map(list(string))
}

locals {
  function = jsondecode(templatefile("${var.package}/function.json", var.place))
  # What needs no ARN is known at the plan, also where the topic is not made yet.
  known = jsondecode(templatefile("${var.package}/function.json", merge(var.place, { log = "", topic = "", scheduler = "" })))
  # By what the function has rights for, and by what the module itself gives.
  lists  = distinct(flatten([for one in local.known.statements : [one.when, one.Resource]]))
  strays = setsubtract(keys(var.arns), concat(local.lists, ["SubnetIds", "TopicKeyArn", "SecretAccountId"]))
  # A list that is empty leaves out the statements that need it, as the conditions of the CloudFormation template do.
  statements = [
    for one in local.function.statements : merge(
      { for key, value in one : key => value if key != "when" && key != "Resource" },
      { Resource = flatten([for name in flatten([one.Resource]) : lookup(var.arns, name, [name])]) },
    ) if alltrue([for list in one.when : length(lookup(var.arns, list, [])) > 0])
  ]
}

output "statements" {
  value = local.statements

  precondition {
    condition     = can(regex("^(${local.known.namePattern})$", var.place.name))
    error_message = "The name has to match ${local.known.namePattern}."
  }

  precondition {
    condition     = length(local.strays) == 0
    error_message = "arns: this function has no right to be given to ${join(", ", local.strays)}. It takes ${coalesce(join(", ", [for name in local.lists : name if can(regex("Arns$", name))]), "none")}."
  }
}

output "alarms" {
  value = local.known.alarms
}

output "died" {
  value = local.known.died
}
