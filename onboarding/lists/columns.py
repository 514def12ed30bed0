"""The columns of a household list, by the headings met in real ones and in the exports of survey programs."""

from __future__ import annotations

from core.imports.sheet.columns import Column
from onboarding.households.models import Production
from onboarding.households.wording import fact_label
from onboarding.lists import cells, trades

_OWNERS = {
    "own": ("của chủ hộ", "chủ hộ", "own", "bản thân", "chính chủ", "của mình", "chủ hộ dùng"),
    "relative": (
        "của người thân", "người thân", "relative", "con", "con trai", "con gái", "vợ", "chồng", "của con", "của vợ", "của chồng",
        "cháu", "anh em", "người nhà", "hàng xóm",
    ),
    "none": ("không có", "none", "không có điện thoại", "không"),
    "unknown": ("chưa rõ", "unknown", "không rõ", "chưa rõ của ai"),
}  # fmt: skip
_SEXES = {"male": ("nam", "male", "m", "trai", "ông"), "female": ("nữ", "female", "f", "gái", "bà", "nu")}
YES_NO = {
    "has_business_registration": (
        "dang ky kinh doanh", "co dang ky kinh doanh", "dkkd", "co dkkd", "giay phep kinh doanh", "gpkd", "ho kinh doanh",
        "da dang ky kinh doanh", "registered business", "business registration", "co giay dang ky kinh doanh",
    ),
    "has_bank_account": ("co tai khoan ngan hang", "tai khoan ngan hang", "tknh", "co tknh", "bank account", "da co tai khoan ngan hang"),
    "has_e_wallet": ("vi dien tu", "co vi dien tu", "e wallet", "da co vi dien tu", "vi momo"),
    "has_e_identity": (
        "dinh danh dien tu", "dinh danh muc 2", "dinh danh dien tu muc 2", "vneid", "vneid muc 2", "co vneid", "tai khoan vneid",
        "e identity", "co dinh danh muc 2", "dinh danh dien tu muc do 2",
    ),
    "has_payment_qr": ("ma qr", "co ma qr", "qr thanh toan", "ma qr nhan tien", "co ma qr nhan tien", "payment qr", "vietqr"),
}  # fmt: skip
_AREAS = {
    "area_ha": ("Diện tích (ha)", "ha", ("dien tich ha", "dt ha", "so ha", "dien tich dat ha", "dien tich san xuat ha")),
    "area_m2": (
        "Diện tích (m²)", "m2",
        ("dien tich m2", "dien tich m", "dt m2", "so m2", "dien tich dat m2", "dien tich san xuat m2", "area m2"),
    ),
    "area_cong": ("Diện tích (công)", "cong", ("dien tich cong", "so cong", "dt cong", "so cong dat")),
    "area_sao": ("Diện tích (sào)", "sao", ("dien tich sao", "so sao", "dt sao")),
}  # fmt: skip

HEAD, HAMLET, COMMUNE, PRODUCTION = fact_label("head_name"), fact_label("hamlet"), "Xã, phường", "Nghề, sản phẩm"
# A survey's question with several answers comes as one column for each.
CHOSEN = {f"makes_{kind.value}": kind.value for kind in Production}

COLUMNS = (
    Column(
        "head_name",
        HEAD,
        cells.name,
        (
            "ho ten", "ho va ten", "ten chu ho", "ho va ten chu ho", "chu ho", "ho ten nguoi dan", "ten ho", "ho ten ho", "ten ho dan",
            "ho va ten nguoi san xuat", "ho ten ho san xuat", "ho gia dinh", "ten chu ho san xuat", "ten ho san xuat", "ten nguoi dan",
            "head name", "head of household", "name of head", "nguoi dai dien",
        ),
        required=True,
        example="Nguyễn Văn An",
    ),
    Column(
        "hamlet",
        HAMLET,
        cells.text(80),
        (
            "thon", "ap", "khu pho", "thon ap", "thon ban", "ten thon", "ten ap", "to dan pho", "khom", "xom", "khom ap", "noi o",
            "dia chi", "dia chi thon", "thon to dan pho", "ap khu pho", "thon ap khu pho", "hamlet", "village", "kp", "tdp",
            "cho o", "noi cu tru",
        ),
        required=True,
        example="Ấp 3",
    ),
    Column(
        "commune",
        COMMUNE,
        cells.text(120),
        ("xa", "phuong", "xa phuong", "phuong xa", "ten xa", "xa phuong dac khu", "xa phuong thi tran", "thuoc xa", "commune"),
        example="Xã Bắc Ruộng",
        hint="Cần có khi bảng gồm nhiều xã.",
    ),
    Column(
        "phone",
        fact_label("phone"),
        cells.phone,
        (
            "dien thoai", "sdt", "so dt", "dt", "di dong", "so dien thoai chu ho", "so dien thoai lien he", "dien thoai lien he", "phone",
            "phone number", "mobile", "so di dong", "tel",
        ),
        example="0912 345 678",
    ),
    Column(
        "phone_owner",
        fact_label("phone_owner"),
        cells.choice(_OWNERS),
        ("dien thoai cua ai", "chu so dien thoai", "so cua ai", "phone owner", "nguoi dung dien thoai", "cua ai"),
        example="của chủ hộ",
    ),
    Column(
        "production",
        PRODUCTION,
        trades.production,
        (
            "nghe", "nganh nghe", "nghe va quy mo", "nghe nghiep", "san pham", "san pham chinh", "cay trong", "vat nuoi",
            "cay trong vat nuoi", "cay con", "loai hinh san xuat", "linh vuc san xuat", "linh vuc", "mat hang", "nong san",
            "nghe chinh", "san xuat", "production", "crops", "products", "nghe san pham", "ten san pham", "nganh nghe san xuat",
        ),
        example="điều 1,5 ha; heo 20 con",
    ),
    Column(
        "area",
        "Diện tích",
        trades.area,
        ("dt", "dien tich san xuat", "dien tich dat", "quy mo dien tich", "quy mo", "area", "dien tich canh tac"),
        example="1,5 ha",
        hint="Mỗi ô ghi cả đơn vị. Nếu đơn vị ghi ở tiêu đề, chọn mục có đơn vị đó.",
    ),
    *(Column(name, label, trades.area_in(unit), aliases) for name, (label, unit, aliases) in _AREAS.items()),
    Column(
        "heads",
        "Số con",
        cells.count,
        ("so con nuoi", "so luong con", "so dau con", "quy mo con", "tong dan", "so luong vat nuoi", "heads", "so vat nuoi", "so dau gia suc"),
        example="20",
    ),
    Column("season", "Mùa vụ", cells.text(60), ("vu", "thoi vu", "mua thu hoach", "vu thu hoach", "thang thu hoach", "season"), example="tháng 2–4"),
    Column(
        "personal_id",
        fact_label("personal_id"),
        cells.personal_id,
        (
            "cccd", "so cccd", "can cuoc", "so can cuoc", "can cuoc cong dan", "so can cuoc cong dan", "cmnd", "so cmnd", "cmnd cccd",
            "cccd cmnd", "so cmnd cccd", "so dinh danh", "ma dinh danh", "so ddcn", "citizen id", "personal id",
        ),
        example="077203000123",
        hint="Chỉ lưu mã kiểm và ba số cuối.",
    ),
    Column("tax_code", fact_label("tax_code"), cells.tax_code, ("mst", "ma so thue ca nhan", "mst ca nhan", "tax code")),
    Column("sex", fact_label("sex"), cells.choice(_SEXES), ("gioi", "nam nu", "phai", "sex", "gender"), example="nữ"),
    Column(
        "birth_year",
        fact_label("birth_year"),
        cells.birth_year,
        ("ngay sinh", "ngay thang nam sinh", "nam sinh chu ho", "sinh nam", "ns", "birth year", "year of birth", "date of birth", "ngay sinh chu ho"),
        example="1975",
    ),
    *(Column(name, fact_label(name), cells.yes_no, aliases, example="có") for name, aliases in YES_NO.items()),
    *(
        Column(name, f"Có: {str(Production(code).label).lower()}", cells.yes_no, (f"production {code}", f"nghe {code}"))
        for name, code in CHOSEN.items()
    ),
    Column(
        "record",
        "Mã bản ghi của phiếu khảo sát",
        cells.record,
        ("uuid", "instanceid", "meta instanceid", "instance id", "key", "record id"),
        hint="Có trong bảng của KoboToolbox, ODK; nhờ đó nhập lại không thành hai hộ.",
    ),
)  # fmt: skip
