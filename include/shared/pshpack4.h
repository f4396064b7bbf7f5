/* Structures are packed to 4 bytes from here; poppack.h ends it. */
#pragma pack(push, 4)
