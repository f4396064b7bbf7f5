/* Partitions of the Windows API: all are there. */
#ifndef _INC_WINAPIFAMILY
#define _INC_WINAPIFAMILY
#define WINAPI_FAMILY_DESKTOP_APP 100
#ifndef WINAPI_FAMILY
#define WINAPI_FAMILY WINAPI_FAMILY_DESKTOP_APP
#endif
#define WINAPI_PARTITION_DESKTOP 1
#define WINAPI_PARTITION_APP 1
#define WINAPI_PARTITION_SYSTEM 1
#define WINAPI_PARTITION_GAMES 1
#define WINAPI_FAMILY_PARTITION(Partitions) (Partitions)
#define WINAPI_FAMILY_ONE_PARTITION(PartitionSet, Partition) (PartitionSet)
#endif
