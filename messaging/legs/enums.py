"""The channels of legs, by 8x8's words in lower case ("List of supported ChatApps channels", 2026-07-23)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """A channel other than WhatsApp."""

    SMS = "sms", "SMS"
    VIBER = "viber", "Viber"
    RCS = "rcs", "RCS"
    LINE = "line", "LINE"
    LINE_NOTIFICATION = "linenotification", _("LINE notification")
    ZALO = "zalo", "Zalo"
    ZALO_NOTIFICATION = "zalonotification", _("Zalo notification")
    FACEBOOK = "facebook", "Facebook"
    INSTAGRAM = "instagram", "Instagram"
    WECHAT = "wechat", "WeChat"
    KAKAO = "kakao", "Kakao"
    VOICE = "voice", _("Voice")
