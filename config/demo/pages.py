"""The demo's pages under the CMS: home, guides, one story."""

from __future__ import annotations

from wagtail.models import Page, Site

from core.kit.text import slug
from market.shops.models import Shop
from market.storefront.models import GuidePage, HomePage, StoryPage

GUIDES = (
    (
        "Chụp ảnh sản phẩm bằng điện thoại",
        "Bốn việc làm trước khi bấm máy để ảnh sáng và rõ.",
        "<ol><li>Đặt sản phẩm gần cửa sổ, tránh nắng gắt.</li><li>Lót một tấm vải hoặc bìa màu sáng.</li>"
        "<li>Lau ống kính, chụp ngang tầm sản phẩm.</li><li>Chụp thêm một tấm nhãn cho rõ chữ.</li></ol>",
    ),
    (
        "Mở gian hàng trong năm phút",
        "Từ phiếu mã của tổ công nghệ số đến sản phẩm đầu tiên.",
        "<ol><li>Vào trang bằng số điện thoại và mã trên phiếu, rồi đặt mật khẩu.</li><li>Ghi tên gian hàng và vài câu về bạn.</li>"
        "<li>Chụp ảnh, ghi tên, giá và số lượng.</li><li>Bấm Đăng bán. Sản phẩm tự đi lên các sàn khi bạn đồng ý.</li></ol>",
    ),
    (
        "Giấy chứng nhận OCOP sắp hết hạn thì làm gì",
        "Nộp hồ sơ đánh giá lại trong khoảng 180 đến 120 ngày trước khi hết hạn.",
        "<p>Giấy chứng nhận có giá trị 36 tháng. Bạn nộp hồ sơ đánh giá lại ở Ủy ban nhân dân xã, sớm nhất 180 ngày và muộn nhất "
        "120 ngày trước ngày hết hạn. Hết hạn mà chưa có giấy mới thì dấu OCOP rời khỏi trang sản phẩm.</p>",
    ),
)


def make_pages() -> None:
    """Replace Wagtail's welcome page by our home page with guides and a story."""
    root = Page.objects.get(depth=1)
    home = HomePage(
        title="Lên Sàn",
        slug="len-san",
        promise="Nông sản có gốc, có tên người làm",
        introduction="Mua thẳng từ hộ nông dân và chủ thể OCOP. Mỗi sản phẩm ghi rõ ai làm, ở xã nào, giấy chứng nhận còn hạn hay không.",
    )
    root.add_child(instance=home)
    site = Site.objects.get(is_default_site=True)
    welcome = site.root_page
    site.root_page = home
    site.site_name = "Lên Sàn"
    site.save()
    if welcome.pk != home.pk:
        welcome.delete()
    for title, lead, body in GUIDES:
        home.add_child(instance=GuidePage(title=title, slug=slug(title), lead=lead, body=body))
    home.add_child(
        instance=StoryPage(
            title="Chảo gang của anh An",
            slug=slug("Chảo gang của anh An"),
            lead="Hai mươi tám năm rang điều bằng củi ở Bắc Ruộng.",
            body="<p>Anh An rang điều từ bốn giờ sáng. Củi điều khô, lửa nhỏ, đảo đều tay. Mỗi mẻ năm ký, được thì bán, không được "
            "thì nhà ăn. (Câu chuyện minh họa trong bản mẫu.)</p>",
            shop=Shop.objects.filter(producer__name="Hộ Nguyễn Văn An").first(),
        )
    )
