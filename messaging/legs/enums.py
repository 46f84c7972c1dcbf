"""The channels of legs, by 8x8's words in lower case ("List of supported ChatApps channels", 2026-07-23)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """A channel other than WhatsApp."""

    SMS = "sms", _("SMS")
    VIBER = "viber", _("Viber")
    RCS = "rcs", _("RCS")
    LINE = "line", _("LINE")
    LINE_NOTIFICATION = "linenotification", _("LINE notification")
    ZALO = "zalo", _("Zalo")
    ZALO_NOTIFICATION = "zalonotification", _("Zalo notification")
    FACEBOOK = "facebook", _("Facebook")
    INSTAGRAM = "instagram", _("Instagram")
    WECHAT = "wechat", _("WeChat")
    KAKAO = "kakao", _("Kakao")
    VOICE = "voice", _("Voice")
