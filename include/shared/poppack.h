/* Ends what pshpackN.h began. */
#pragma pack(pop)
