/* No DriverEntry at all. */
int NobodyCallsThis(void)
{
    return 1;
}
