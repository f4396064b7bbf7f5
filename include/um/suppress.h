/* Suppresses warnings of Microsoft's analyser; there are none here. */
#ifndef _SUPPRESS_H_
#define _SUPPRESS_H_
#endif
