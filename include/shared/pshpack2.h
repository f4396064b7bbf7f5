/* Structures are packed to 2 bytes from here; poppack.h ends it. */
#pragma pack(push, 2)
