"""Meta's errors as a sandbox returns them: HTTP status, title and details by code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimulatedError:
    """`is_immediate`: the response to the request has the error; otherwise a `failed` webhook has it.

    `count` and `expected_count` are numbers of parameters, with code 132000.
    """

    code: int
    status: int
    title: str
    details: str
    is_immediate: bool = True
    kind: str = "OAuthException"
    count: int = 0
    expected_count: int = 0


_IMMEDIATE_ERRORS = (
    (2, 503, "Service temporarily unavailable", "Temporary outage or overload."),
    (4, 400, "Application request limit reached", "The app has reached its API call rate limit."),
    (100, 400, "Invalid parameter", "A parameter is not supported or misspelled."),
    (190, 401, "Invalid OAuth access token", "The access token is missing, wrong or expired."),
    (368, 403, "Temporarily blocked for policies violations", "The account is restricted."),
    (80007, 400, "Rate limit issues", "The WABA has reached its rate limit."),
    (130429, 429, "Rate limit hit", "Cloud API message throughput has been reached."),
    (130497, 403, "Business account is restricted from messaging users in this country", "Not sent."),
    (131000, 500, "Something went wrong", "Message failed to send because of an unknown error."),
    (131008, 400, "Required parameter is missing", "The request lacks a required parameter."),
    (131009, 400, "Parameter value is not valid", "One or more parameter values are invalid."),
    (131016, 500, "Service unavailable", "The service is temporarily unavailable."),
    (131021, 400, "Recipient cannot be sender", "Sender and recipient phone number are the same."),
    (131030, 400, "Recipient phone number not in allowed list", "Add the recipient to the allowed list."),
    (131031, 403, "Account has been locked", "The account is locked for a violation of policy."),
    (131056, 400, "(Business Account, Consumer Account) pair rate limit hit",
     "Too many messages to this phone number in a short period of time."),
    (131057, 500, "Account in maintenance mode", "The account is being upgraded."),
    (131062, 400, "Business-scoped User ID (BSUID) recipients are not supported for this message",
     "Give a phone number in `to`."),
    (132000, 400, "Number of parameters does not match the expected number of params", "Wrong number."),
    (132001, 404, "Template name does not exist in the translation", "No such template and language."),
    (132005, 400, "Translated text too long", "The text is too long with these parameters."),
    (132007, 400, "Template format character policy violated", "The template violates a policy."),
    (132012, 400, "Parameter format does not match format in the created template", "Wrong format."),
    (132015, 400, "Template is paused", "The template is paused for its low quality."),
    (132016, 400, "Template is disabled", "The template was paused too often for its low quality."),
    (132018, 400, "There's an issue with the parameters in your template", "A parameter cannot be used."),
    (133010, 400, "Phone number not registered", "The number is not registered on the Cloud API."),
)  # fmt: skip
_DEFERRED_ERRORS = (
    (130472, 400, "User's number is part of an experiment", "The message was not sent."),
    (131026, 400, "Message undeliverable", "Unable to deliver the message."),
    (131042, 400, "Business eligibility payment issue", "There is a problem with the payment."),
    (131047, 400, "Re-engagement message", "More than 24 hours have passed since the last reply."),
    (131048, 400, "Spam rate limit hit", "Earlier messages were blocked or flagged as spam."),
    (131049, 400, "This message was not delivered to maintain healthy ecosystem engagement.",
     "In order to maintain a healthy ecosystem engagement, the message failed to be delivered."),
    (131050, 400, "User has stopped receiving marketing messages", "Not sent."),
    (131053, 400, "Media upload error", "The media could not be uploaded."),
    (132021, 400, "Template name is already in use", "A template that was not made by Direct Send has this name."),
    (139200, 400, "Direct Send is blocked", "Utility messages of Direct Send are blocked for this account."),
)  # fmt: skip
ERRORS = {row[0]: SimulatedError(*row) for row in _IMMEDIATE_ERRORS} | {
    row[0]: SimulatedError(*row, is_immediate=False) for row in _DEFERRED_ERRORS
}
NO_SUCH_PATH = SimulatedError(2500, 400, "Unknown path components", "There are only messages and the health status.")
