"""manage.py export_logs."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.traffic import AT, deliver, report

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    out = StringIO()
    call_command("export_logs", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_it_writes_the_log_to_a_file(acme, tmp_path):
    deliver(acme)
    file = tmp_path / "log.csv"
    output = run(acme.public_id, file, "--from", "2026-10-15", "--to", "2026-10-15", "--columns", "msisdn,status")
    assert file.read_text() == "msisdn,status\n919876543210,delivered\n"
    assert output.startswith("1 row, 37 bytes, SHA-256 of the contents ")


def test_it_writes_no_file_where_nothing_is(acme, tmp_path):
    assert "no file was written" in run(acme.public_id, tmp_path / "log.csv", "--to", "2025-01-01")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("--status", "delivered"), ["wamid.A"]),
        (("--status", "delivered", "sent"), ["wamid.A", "B"]),
        (("--msisdn", "+65 9123"), ["B"]),
        (("--country", "in", "--channel", "106540352242922"), ["wamid.A"]),
        (("--sent-after", "2026-10-15T08:30:00Z"), ["B"]),
    ],
)
def test_it_takes_the_filters_of_the_log(acme, tmp_path, arguments, ids):
    deliver(acme)
    report(acme, "sent", provider_message_id="B", msisdn="6591234567", at=AT + timedelta(hours=1))
    file = tmp_path / "log.csv"
    run(acme.public_id, file, *arguments, "--columns", "provider_message_id")
    assert file.read_text().split() == ["provider_message_id", *ids]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--columns", "colour"), "The column “colour” does not exist"),
        (("--preset", "9x9"), "The preset “9x9” is not available"),
        (("--format", "pdf"), "argument --format: invalid choice: 'pdf'"),
        (("--compression", "rar"), "argument --compression: invalid choice: 'rar'"),
        (("--time-zone", "Mars/Base"), "--time-zone: .*Mars/Base"),
        (("--colour", "red"), "unrecognized arguments: --colour red"),
        (("--from", "yesterday"), "--from: enter a day as 2026-10-31, not 'yesterday'."),
        (("--from", ""), "--from: enter a day as 2026-10-31, not ''."),
        (("--from", "2026-10-02", "--to", "2026-10-01"), "--to: must not be before --from."),
        (("--country", "SG", "--country", "IN"), "argument --country: provide it only once"),
        (("--from", "2026-10-01", "--from", "2026-10-02"), "argument --from: provide it only once"),
        (("--columns", ","), "--columns: name at least one column."),
        (("--country", "India"), "--country: Ensure this value has at most 2 characters"),
        (("--status", "sent", "gone"), "--status: Select a valid choice. gone"),
        (("--msisdn", "12"), "--msisdn: Enter at least the first 6 digits of the number."),
        (("--source-name", ""), "--source-name: Provide a value or omit the parameter."),
        (("--channel", "1"), "--channel: There is no channel “1” that you may see."),
        (("--created-after", "2026-10-15T00:00:00Z"), "unrecognized arguments: --created-after"),
    ],
)
def test_an_invalid_argument_is_an_error(acme, tmp_path, arguments, words):
    with pytest.raises(CommandError, match=words):
        run(acme.public_id, tmp_path / "log.csv", *arguments)


def test_it_overwrites_nothing_and_knows_its_accounts(acme, tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("mine")
    with pytest.raises(CommandError, match="exists: choose another name"):
        run(acme.public_id, file)
    with pytest.raises(CommandError, match="There is no account"):
        run("nonsense", tmp_path / "other.csv")
