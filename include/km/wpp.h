/*
 * WPP software tracing without its preprocessor: sources that include a generated .tmh get these instead (fltcc gives an empty
 * file for any missing .tmh and includes this one). Traces go to the debug output when their level is enabled.
 */
#ifndef OFM_WPP_H
#define OFM_WPP_H

#define WPP_INIT_TRACING(...) ((void)0)
#define WPP_CLEANUP(...) ((void)0)
#define WPP_SYSTEMCONTROL(...) ((void)0)
#define WPP_SYSTEMCONTROL2(...) ((void)0)
#define WPP_RECORDER_INITIALIZE(...) ((void)0)
#define DoTraceMessage(...) ((void)0)
#ifndef WPP_DEFINE_BIT
#define WPP_DEFINE_BIT(name)
#define WPP_DEFINE_CONTROL_GUID(name, guid, bits)
#endif

#endif
