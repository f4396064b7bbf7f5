/* Structures are packed to 1 bytes from here; poppack.h ends it. */
#pragma pack(push, 1)
