"""A public client of the Cloud API (pywa) that knows nothing of Tollgate: another base URL and key, nothing else."""

import httpx
import pytest
from pywa.client import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types.templates import BodyText, TemplateLanguage

from messaging.log.models import Message
from tests.messaging.sending.conftest import send_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def whatsapp(client, acme, headers, provider):
    def carry(request):
        """A request of the library, to Django and back."""
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        answer = client.generic(
            request.method, request.url.path, request.content, headers["content-type"], headers=headers
        )
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)

    with httpx.Client(transport=httpx.MockTransport(carry)) as session:
        library = WhatsApp("106540352242922", headers["Authorization"].removeprefix("Bearer "), session=session)
        session.base_url = "http://127.0.0.1:8000/graph/v24.0"  # the library takes no base URL, its session does
        yield library


def test_it_sends_a_text_and_knows_its_id(whatsapp):
    sent = whatsapp.send_message(to="6591990000", text="Hello")
    send_due()
    assert Message.objects.get().provider_message_id == sent.id


def test_it_sends_a_template(whatsapp):
    params = [BodyText.params("Ada", "5 %")]
    sent = whatsapp.send_template("6591990000", "weekend_sale", TemplateLanguage.ENGLISH, params)
    send_due()
    message = Message.objects.get()
    assert (message.provider_message_id, message.template.name) == (sent.id, "weekend_sale")


@pytest.mark.parametrize(("to", "code"), [("6591131030", 131030), ("0", 100), ("5352123456", 130497)])
def test_it_understands_an_error(whatsapp, to, code):
    with pytest.raises(WhatsAppError) as refused:
        whatsapp.send_message(to=to, text="Hello")
    assert refused.value.code == code


def test_it_marks_a_message_as_read(whatsapp):
    assert whatsapp.mark_message_as_read("wamid.X")
