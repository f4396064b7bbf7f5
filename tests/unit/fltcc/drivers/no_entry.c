/* Not a driver. */
int Helper(void);
int Helper(void)
{
    return 1;
}
