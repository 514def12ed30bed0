"""Signing in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """User name or phone, and password."""

    error_messages = {
        "invalid_login": _("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy gõ lại, chú ý chữ hoa và chữ thường."),
        "idle": _("Tài khoản đã khóa vì 45 ngày không đăng nhập. Hãy nhờ người giao quyền cho bạn mở lại."),
        "staff": _("Tài khoản đang tạm khóa. Hãy hỏi người giao quyền cho bạn."),
    }
    username = forms.CharField(
        label=_("Tên đăng nhập hoặc số điện thoại"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Mật khẩu"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def get_invalid_login_error(self) -> forms.ValidationError:
        """Somebody locked out who knows the password is told so; everybody else learns nothing."""
        reason = getattr(self.request, "lock_reason", "")
        if reason in self.error_messages:
            return forms.ValidationError(self.error_messages[reason], code=reason)
        return super().get_invalid_login_error()


class EntryForm(forms.Form):
    """First log-in with the one-time code from a slip of paper."""

    username = forms.CharField(
        label=_("Số điện thoại hoặc tên đăng nhập"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label=_("Mã vào lần đầu"),
        max_length=12,
        help_text=_("Mã gồm 8 chữ và số, ghi trên phiếu tổ công nghệ số đưa cho bạn."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
    new_password = forms.CharField(
        label=_("Mật khẩu mới"),
        strip=False,
        help_text=_("Ít nhất 8 ký tự, không chỉ toàn số."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )
