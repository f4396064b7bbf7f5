/* fltmgrd: the manager as a process of its own. Everything it does stands in the library (daemon.c). */
int ofm_daemon_main(int argc, char **argv);

int main(int argc, char **argv)
{
    return ofm_daemon_main(argc, argv);
}
