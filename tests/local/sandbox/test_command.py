"""manage.py sandbox names the option that is wrong; its defaults are the demo account's."""

import socket

import pytest
from django.core.management import CommandError, call_command

from local.demo.world import ACME, webhook
from local.management.commands.sandbox import Command, configure
from local.sandbox.config import SandboxNumber, WebhookTarget
from providers.simulation import SimulatedTemplate


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--read=2", "argument --read: must be from 0 to 1"),
        ("--fail=-0.1", "argument --fail: must be 0 or more"),
        ("--reply=nan", "argument --reply: must be 0 or more"),
        ("--speed=0", "argument --speed: must be above 0"),
        ("--latency=soon", "argument --latency: must be a number"),
        ("--queue=0", "argument --queue: must be a whole number above 0"),
        ("--callback-url=ftp://example.com", "--callback-url must be an address that begins with http:// or https://."),
        ("--callback-url=http://", "--callback-url must be an address that begins with http:// or https://."),
        ("--callback-url=http://a:b/", "--callback-url must be an address that begins with http:// or https://."),
        ("--port=99999", "Cannot listen on 127.0.0.1:99999: choose another --port or --host."),
        ("--host=no.such.host.example", "Cannot listen on no.such.host.example:8010: choose another"),
    ],
)
def test_a_wrong_option_is_named(option, message):
    with pytest.raises(CommandError) as error:
        call_command("sandbox", option)
    assert message in str(error.value)


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1:{port}"):
            call_command("sandbox", f"--port={port}")


def test_without_options_it_is_the_demos_provider(settings):
    settings.BASE_URL = "http://127.0.0.1:8000"
    options = Command().create_parser("manage.py", "sandbox").parse_args([])
    config = configure(ACME, vars(options))
    shop = config.numbers["106540352242922"]
    endpoint = webhook(ACME, "meta")
    assert shop == SandboxNumber(
        "102290129340398", "15550783881",
        WebhookTarget("http://127.0.0.1:8000" + endpoint["path"], endpoint["app_secret"]), "meta", "acme_shop",
    )  # fmt: skip
    assert [(number.provider, number.subaccount) for number in config.numbers.values()] == [
        ("8x8", "acme_wa"), ("meta", "acme_shop"), ("360dialog", "acme_care"), ("meta", "harbour"),
    ]  # fmt: skip
    assert endpoint["app_secret"] not in repr(config)
    body = {"type": "BODY", "text": "{{1}}, this weekend everything is {{2}} off."}
    assert config.templates["weekend_sale", "en"] == SimulatedTemplate("marketing", (body,))
    assert [config.templates[name, "en"].status for name in ("win_back", "mystery_box", "crypto_gift")] == [
        "PAUSED", "DISABLED", "REJECTED",
    ]  # fmt: skip
