"""The page /thiet-ke/ (debug only): every part of the design system in every state, filled as in life."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString


class SeveralImages(forms.ClearableFileInput):
    """A file control that takes several pictures."""

    allow_multiple_selected = True


class SampleForm(forms.Form):
    """One field of each kind, as a listing needs them."""

    name = forms.CharField(
        label="Tên sản phẩm", max_length=120, help_text="Viết như trên nhãn. Ví dụ: Nước mắm nhĩ 40 độ đạm."
    )
    price = forms.IntegerField(
        label="Giá bán",
        min_value=1000,
        help_text="Tính bằng đồng, cho một đơn vị bán.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"min_value": "Giá thấp nhất là 1.000 đ. Hãy kiểm tra lại số 0."},
    )
    story = forms.CharField(
        label="Ba dòng về sản phẩm",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
    )
    commune = forms.ChoiceField(
        label="Xã, phường, đặc khu",
        choices=[("", "Chọn một nơi"), ("22918", "Phường Mũi Né"), ("22972", "Đặc khu Phú Quý")],
        error_messages={"required": "Hãy chọn nơi làm ra sản phẩm."},
    )
    storage = forms.ChoiceField(
        label="Bảo quản",
        widget=forms.RadioSelect,
        choices=[("shelf", "Nơi khô ráo, thoáng mát"), ("cold", "Ngăn mát 2–8 °C"), ("frozen", "Ngăn đông")],
        error_messages={"required": "Hãy chọn một cách bảo quản."},
    )
    platforms = forms.MultipleChoiceField(
        label="Đưa lên các sàn",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("voso", "VoSo"), ("postmart", "Postmart (nongsan.buudien.vn)")],
    )
    harvested = forms.DateField(label="Ngày thu hoạch", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    agreed = forms.BooleanField(
        label="Tôi là người làm ra sản phẩm này và đồng ý cho mọi người xem tên cơ sở.",
        error_messages={"required": "Cần bạn đồng ý thì tin mới được đăng."},
    )


class PhotoForm(forms.Form):
    """The photo control of a listing."""

    photos = forms.FileField(
        label="Ảnh sản phẩm",
        help_text="Chụp ngoài trời sáng, thấy rõ nhãn. Nhiều nhất 8 ảnh.",
        widget=SeveralImages(attrs={"accept": "image/*"}),
        error_messages={"required": "Hãy chọn ít nhất một ảnh."},
    )


def drawing_like_qr() -> SafeString:
    """A drawing with the look of a QR code (three corner squares, a field of dots) that no phone reads."""
    corners = [(0, 0), (18, 0), (0, 18)]
    frames = "".join(f"M{x} {y}h7v7h-7zM{x + 1} {y + 1}v5h5v-5zM{x + 2} {y + 2}h3v3h-3z" for x, y in corners)
    dots = "".join(
        f"M{x} {y}h1v1h-1z"
        for x in range(25)
        for y in range(25)
        if (x * x * 7 + y * y * 13 + x * y * 5 + x) % 11 < 5
        and not any(left - 1 <= x < left + 8 and top - 1 <= y < top + 8 for left, top in corners)
    )
    return format_html('<svg viewBox="0 0 25 25"><path d="{}"/></svg>', frames + dots)


def sample_products() -> list[dict[str, Any]]:
    """Products with short and long names, with and without photo, price and certificate."""
    return [
        {
            "url": "#",
            "name": "Nước mắm nhĩ cá cơm Phan Thiết 40 độ đạm, ủ chượp thùng gỗ bời lời mười tám tháng",
            "producer": "Hợp tác xã Nước mắm truyền thống Phú Hài",
            "place": "Phường Mũi Né",
            "stars": 4,
            "photo_url": static("img/demo/nuoc-mam.svg"),
            "price": "125.000 đ",
            "unit": "chai 500 ml",
        },
        {
            "url": "#",
            "name": "Hạt điều rang muối vỏ lụa",
            "producer": "Cơ sở Bà Tư Bù Đăng",
            "place": "Xã Bù Đăng",
            "stars": 3,
            "certificate_state": "expired",
            "photo_url": static("img/demo/hat-dieu.svg"),
            "price": "189.000 đ",
            "unit": "hộp 500 g",
        },
        {
            "url": "#",
            "name": "Thanh long ruột trắng VietGAP",
            "producer": "Hộ Nguyễn Thị Ánh Nguyệt",
            "place": "Xã Hàm Thuận Nam",
            "photo_url": static("img/demo/thanh-long.svg"),
            "sold_out": True,
        },
        {"url": "#", "name": "Mật ong rừng Cát Tiên", "producer": "Tổ hợp tác Ong Nam Cát Tiên"},
    ]


def sample_context() -> dict[str, Any]:
    """Everything the page shows, by part."""
    refused = SampleForm({"price": "20", "storage": "", "name": "Nước mắm nhĩ"})
    refused.is_valid()
    refused_photos = PhotoForm({}, MultiValueDict())
    refused_photos.is_valid()
    return {
        "demo": True,
        "selling": "direct",
        "basket_count": 2,
        "places": [
            {"label": "Nơi bán hàng", "url": "#"},
            {"label": "Bảng số liệu", "url": "#", "current": True},
        ],
        "space_items": [
            {"label": "Hôm nay", "url": "#", "icon": "home", "current": True},
            {"label": "Sản phẩm", "url": "#", "icon": "box"},
            {"label": "Đơn hàng", "url": "#", "icon": "order"},
            {"label": "Tiền", "url": "#", "icon": "money"},
        ],
        "tab_items": [
            {"label": "Chưa lên sàn", "url": "#", "current": True, "count": 19},
            {"label": "Chờ sàn duyệt", "url": "#", "count": 4},
            {"label": "Đã thấy trên sàn", "url": "#", "count": 76},
            {"label": "Tệp gửi sàn", "url": "#", "icon": "download"},
        ],
        "steps": [
            {"label": "Người và nhà", "state": "done", "url": "#"},
            {"label": "Làm ra gì", "state": "done", "url": "#"},
            {"label": "Ảnh và chữ ký", "state": "current"},
            {"label": "Đồng ý", "state": "next"},
        ],
        "form": SampleForm(),
        "refused": refused,
        "photo_form": PhotoForm(auto_id="photo_%s"),
        "refused_photos": PhotoForm({}, MultiValueDict(), auto_id="again_%s"),
        "kept_photos": [
            {"id": 7, "url": static("img/demo/nuoc-mam.svg"), "alt": "Chai nước mắm nhìn từ phía trước"},
            {"id": 9, "url": static("img/demo/hat-dieu.svg"), "alt": "Đĩa hạt điều rang"},
        ],
        "products": sample_products(),
        "chips": [{"label": "4 sao trở lên", "url": "#"}, {"label": "Lâm Đồng", "url": "#"}],
        "groups": [
            {
                "label": "Hạng sao",
                "name": "stars",
                "options": [
                    {"value": "5", "label": "5 sao", "count": 2},
                    {"value": "4", "label": "4 sao", "count": 31, "checked": True},
                    {"value": "3", "label": "3 sao", "count": 118},
                ],
            },
            {
                "label": "Nơi làm ra",
                "name": "area",
                "options": [
                    {"value": "68", "label": "Lâm Đồng", "count": 64, "checked": True},
                    {"value": "75", "label": "Đồng Nai", "count": 52},
                    {"value": "79", "label": "Thành phố Hồ Chí Minh", "count": 35},
                ],
            },
        ],
        "bars": [
            {
                "label": "Phường Mũi Né",
                "value": 812,
                "maximum": 1204,
                "text": "812/1204 (67,4\u00a0%)",
                "url": "#",
            },
            {
                "label": "Xã Hàm Thuận Nam",
                "value": 1530,
                "maximum": 1700,
                "text": "1530/1700 (90,0\u00a0%)",
                "url": "#",
            },
            {"label": "Xã Tuy Phong", "value": 0, "maximum": 940, "text": "0/940 (0,0\u00a0%)", "url": "#"},
            {"label": "Đặc khu Phú Quý", "value": None, "maximum": 0, "text": ""},
        ],
        "bars_total": {"label": "Cộng", "text": "2342/3844 (60,9\u00a0%)"},
        "changes": [
            {"label": "Tên chủ hộ", "before": "Nguyễn Thị Ánh Nguyêt", "after": "Nguyễn Thị Ánh Nguyệt"},
            {"label": "Số điện thoại", "before": "", "after": "0912 ••• 678"},
            {"label": "Ghi chú", "before": "Vắng nhà, hẹn chiều thứ Bảy quay lại", "after": ""},
        ],
        "facts": [
            {"label": "Ngân hàng", "value": "Agribank"},
            {"label": "Số tiền", "value": "245.000 đ"},
            {"label": "Nội dung", "value": "LS 000123"},
            {"label": "Gian hàng", "value": "Hợp tác xã Nước mắm truyền thống Phú Hài", "url": "#"},
        ],
        "qr_svg": drawing_like_qr(),
        "page_obj": Paginator(range(95), 20).page(2),
        "empty_page": Paginator([], 20).page(1),
    }


def design_page(request: HttpRequest) -> HttpResponse:
    """Show the parts. `?space=producer|field|staff` shows them in that workroom's frame."""
    messages.success(request, "Đã lên sàn lúc 09:12.")
    messages.error(request, "Sàn chưa nhận vì thiếu khối lượng tịnh. Thêm khối lượng rồi gửi lại.")
    space = request.GET.get("space", "")
    frame = f"parts/space_{space}.html" if space in {"producer", "field", "staff"} else "base.html"
    return render(request, "design/page.html", {**sample_context(), "frame": frame})
