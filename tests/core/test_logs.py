from core.logs import mask_tokens


def test_the_token_of_a_webhook_address_is_left_out():
    event = {"event": "Not Found: /webhooks/meta/0123456789abcdef?x=1"}
    assert mask_tokens(None, "", event) == {"event": "Not Found: /webhooks/meta/…?x=1"}


def test_other_paths_stay():
    assert mask_tokens(None, "", {"event": "Not Found: /logs/", "n": 1}) == {"event": "Not Found: /logs/", "n": 1}


def test_the_token_of_an_invitation_is_not_logged():
    event = {"event": "Not Found: /invitations/abc-_1/"}
    assert mask_tokens(None, "", event) == {"event": "Not Found: /invitations/…"}
