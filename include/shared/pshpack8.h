/* Structures are packed to 8 bytes from here; poppack.h ends it. */
#pragma pack(push, 8)
