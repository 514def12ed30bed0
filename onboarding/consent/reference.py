"""The notice that is read aloud before somebody decides: plain words, at most a minute."""

from __future__ import annotations

from datetime import date

from onboarding.consent.models import Notice

NOTICES = {
    1: (
        date(2026, 1, 1),
        "Xã ghi tên chủ hộ, nơi ở, điện thoại và nghề của hộ vào sổ đăng ký để giúp hộ bán hàng trên mạng. Việc ghi sổ này là "
        "nhiệm vụ của xã.\n"
        "Ba việc sau chỉ làm khi hộ đồng ý, từng việc một: đưa tên bán hàng lên trang công khai; gửi thông tin cho sàn để mở "
        "tài khoản; hiện số điện thoại cho người mua.\n"
        "Hộ không đồng ý thì vẫn được ghi sổ và giúp đỡ như thường. Hộ được xem, sửa, rút lại đồng ý hoặc yêu cầu xóa bất cứ "
        "lúc nào: nói với tổ công nghệ số hoặc cán bộ xã.",
    ),
}


def load_notices() -> None:
    """Add versions that are not there; a version that was read to somebody is never rewritten."""
    for version, (valid_from, text) in NOTICES.items():
        Notice.objects.get_or_create(version=version, defaults={"valid_from": valid_from, "text": text})
