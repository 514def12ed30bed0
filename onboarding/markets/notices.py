"""What is read to a stallholder before anything is written down: plain words, by version. A version is never rewritten."""

from __future__ import annotations

NOTICES = {
    1: (
        "Xã ghi số sạp và tên chủ sạp vào sổ chợ 4.0, và xem mã nhận tiền treo ở sạp có đúng của chủ sạp không. Việc này là nhiệm vụ "
        "của xã. Ảnh chụp mã không được giữ lại; số tài khoản được mã hóa. Số điện thoại chỉ ghi khi chủ sạp đồng ý. Chủ sạp được "
        "xem, sửa hoặc yêu cầu xóa bất cứ lúc nào: nói với cán bộ xã."
    ),
}
CURRENT = max(NOTICES)
