"""Records of the zip format (PKWARE APPNOTE 6.3) that the writer and the reader share."""

from struct import Struct

LOCAL = Struct("<4s5H3I2H")  # before each file
CENTRAL = Struct("<4s6H3I5H2I")  # a row of the directory
END = Struct("<4s4H2IH")  # end of the directory
END64 = Struct("<4sQ2H2I4Q")
LOCATOR = Struct("<4sIQI")  # where END64 is
MAX16, MAX32 = 0xFFFF, 0xFFFFFFFF  # "look in the zip64 field"

LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\3\4", b"PK\1\2", b"PK\5\6"
END64_MARK, LOCATOR_MARK = b"PK\6\6", b"PK\6\7"

STORED, DEFLATED = 0, 8
ENCRYPTED, UTF8 = 0x1, 0x800  # general purpose flags
