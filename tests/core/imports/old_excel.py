"""Two small workbooks of Excel 97, packed (zlib, base85): nothing among our tools writes that format."""

from __future__ import annotations

import base64
import zlib

_TABLE = (
    "c-rk)O=uHQ5dPjaNt4o_w6;Pkgix?*Ed=%ArH$2SdP%5F!5;)oZD^&kmC#GQSgkz@f+xjGp&q<cz4(Ja*qaBT+8#tfNE9!65+aDS"
    "S!ZT<Yg!{Tpn=MM%bT5<_h#SQH}mGb-B<JVndy5iS*$@9Dv&pP@D%726`w8mLG^~gtbO-VF&u0t_`Kvuj~kC`URJUX+22`cxa*oD"
    "3Vfh)0_PAP)l<PTV!w<bsdx;X%0;oK;U<+@G|RXegq{|<N$4GE`$XtI(OePQNo_OgIOfCg_PtgdAJtl=u9m361F?B0nq6qZ3y$Lp"
    "SC!e;jqdcB<k<~Y5pY#w2ISIcN>8O(uEQ-<0g*^377HCCWY9?Np20UG2;}T_{XFRC%d1x){rA=S%0KA6<ixf5Ynls~fN@H3Fi(+_"
    "qb{z|5J|8U@<5hPx4wivS>PTskw?1YJ;B7>fgVcS{h#&V*l<pFLnZJ!5X3Ov2Iw*Iq0D$SR6of%=+v`cEe3Q95f?*>w}fOBKTXnz"
    "e^nZ(k;PR_bP#pI*UJ*~(_1Xv{<;tw=nbC~&4g?n<_5Es-v$OQvIQB}N=?NIZ5NB3LNCcvw+P=Nw2|VU?rptI7ISD)+FX{}HtJ`O"
    "U@^R{fZtC1)R)5#15+QvJBXi+X3sayz6npGmF8)X?D?8Rhw4x_t}`Bm?Ypv4(R-oIzojLw=C{UfSi5K)mU$r(>V-ZNiD!rBhuf<n"
    "?Ul4=YD)HOnvzCRh1Hu@#99+;p4q1|UbfyXY4pc}M)D`C2QzNEv<BQ~6H27NP!2z<6}nOVtcv>C%||MpRTP_52M!!KaNxj!gEB(N"
    "fzLcz^MTB59qKBr|2oT5^3HFP{}z21rE82n=MK{6-5AmsFDZUD!>#ORsdd`e{|gyMsP{BRFd*X?DLH=WP_7E!XWfSWzqf=+?LS}2"
    "IRA0~KLM*Q3zq"
)
_CORNERS = (
    "c-rk)J!lj`6#iy&yZ1wK*^3t;5yBBLYD{6Yu}M}1O(7<yjUs|x%oUPwku!zb7>!p7f|X(uNMjSV@dquGYb=C_DFi{d(@rZv!6Lc!"
    "y_Z>XrxrQTBa!)*dGqGYdpmDu-n^aNHw%f<?8DA7e!(D`Q1PR1s$_~vG-$Y>e&1&{s3TN-gAIjfgcj1V@vP-_nAecky9^5tLNAE|"
    "AE}(ec??hHvZ)5*fcTJ6?8AU^DE2Ih$h$=2=n&7^gq{_;N$7pielB#MNNxxnAl;HWi3M-Ccdw4*6IQqM#fd6B7Mu4X=|?+WaU@^4"
    "saAAt?9ZReOsvn2u23`PKx;RY&1LhMi4u~uh;#Vvr+{z4Zhet5^2W*)NdBW%9{z*;mK6e~;h#|)hy}#3*u*^+F6`pgVOzKQxm9#@"
    "YxfcbwIe)eV_@oYj^g5Cj8n91X}4xew@8>b6CFdV@CmVWDQPd=`}+3CXxck1l4(ifE6IK<`vxCZ*@BGY(vvO*3cX^nQ|L9h>lWcV"
    "g(fLPsqRU)Yv$05=v<fH9vWwlVA0!F#cwCR@a5=}uEHm82l4Ym<;%(Wcit?z>E$y<_I%BtPxYxgw;4~ppjJ95d=T34TY`vKu6Etm"
    "Z?sk{BPMJ@C~J)H^Ql^mk)lr;JST%z8y@k^D8;P8%zH!T9cJFw&%7HL7#J8B7;I3e)lUfU;m6hosIdO8vrMI8ev|ySIEG2Ors$*e"
    "AaYdaajCBO*$i6+_fl)L3H}!{j??IQjAK;%7_U2i=>V*%pJ&a6?%&%&^^RYu$IpK}{!itUC6@"
)


def _unpacked(packed: str) -> bytes:
    return zlib.decompress(base64.b85decode(packed))


TABLE = _unpacked(_TABLE)
CORNERS = _unpacked(_CORNERS)  # three sheets, each with A1 and IV50000
