/* fltmc's reading of .inf files and of the manager's JSON. The rules are those of section 8.5 of the dossier
 * on filters. */
#include "harness.h"

#include "../../../tools/fltmc/inf.h"
#include "../../../tools/fltmc/install.h"
#include "../../../tools/fltmc/json.h"

static const char sample[] =
    "; a comment\r\n"
    "[Version]\r\n"
    "Signature = \"$WINDOWS NT$\"   ; the old one\r\n"
    "[DefaultInstall.NTx86]\r\n"
    "CopyFiles = Wrong\r\n"
    "[DefaultInstall.NT$ARCH$.10.0...25952.Services]\r\n"
    "AddService = %ServiceName%,,New.Service\r\n"
    "[DefaultInstall.NT$ARCH$.10.0...25952]\r\n"
    "OptionDesc = %Text%\r\n"
    "[DefaultInstall.NT$ARCH$]\r\n"
    "[DefaultInstall.NT$ARCH$.Services]\r\n"
    "AddService = %ServiceName%,,Old.Service\r\n"
    "[New.Service]\r\n"
    "DisplayName = %ServiceName%\r\n"
    "Description = %Text%\r\n"
    "ServiceBinary = %12%\\%DriverName%.sys\r\n"
    "Dependencies = \"FltMgr\"\r\n"
    "ServiceType = 2\r\n"
    "StartType = 3\r\n"
    "ErrorControl = 1\r\n"
    "LoadOrderGroup = \"FSFilter Anti-Virus\"\r\n"
    "AddReg = New.Values, \\\r\n"
    "   Common.Values\r\n"
    "[Old.Service]\r\n"
    "AddReg = Nowhere\r\n"
    "[New.Values]\r\n"
    "HKR,\"Parameters\\Instances\",\"DefaultInstance\",0x00000000,%Instance.Name%\r\n"
    "HKR,\"Parameters\\Instances\\\"%Instance.Name%,\"Altitude\",0x00000000,%Instance.Altitude%\r\n"
    "HKR,\"Parameters\\Instances\\\"%Instance.Name%,\"Flags\",0x00010001,%Instance.Flags%\r\n"
    "[Common.Values]\r\n"
    "HKR,\"Parameters\",\"Extensions\",0x00010000,\"doc\",\"a,b\"\r\n"
    "HKR,\"Parameters\",\"Bytes\",0x00000001,01,FE\r\n"
    "HKR,\"Parameters\",\"Path\",0x00020000,\"%%SystemRoot%%\"\r\n"
    "HKLM,\"SOFTWARE\\Some \"\"Quoted\"\" Key\",,,\"the default\"\r\n"
    "[Strings]\r\n"
    "ServiceName = \"av\"\r\n"
    "DriverName = \"avdrv\"\r\n"
    "Text = \"One; two\"\r\n"
    "Instance.Name = \"AV Instance\"\r\n"
    "Instance.Altitude = \"320000.5\"\r\n"
    "Instance.Flags = 0x1\r\n";

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected \"%s\" in:\n%s", part, text);
}

static void check_sample(const char *bytes, size_t length)
{
    struct inf inf;
    struct installation what;
    if (!inf_read(&inf, bytes, length) || !installation_read(&inf, &what))
        fail_msg("%s", inf.message);
    assert_string_equal(what.service, "av");
    assert_string_equal(what.binary, "avdrv");
    has(what.registry_text, "Windows Registry Editor Version 5.00\n");
    has(what.registry_text, "Services\\av]\n\"Type\"=dword:00000002\n\"Start\"=dword:"
                            "00000003\n\"ErrorControl\"=dword:00000001\n");
    has(what.registry_text,
        "\"DisplayName\"=\"av\"\n\"Description\"=\"One; two\"\n\"Group\"=\"FSFilter Anti-Virus\"\n");
    has(what.registry_text, "\"DependOnService\"=hex(7):46,00,6c,00,74,00,4d,00,67,00,72,00,00,00,00,00\n");
    has(what.registry_text, "Services\\av\\Parameters\\Instances]\n\"DefaultInstance\"=\"AV Instance\"\n");
    has(what.registry_text,
        "Parameters\\Instances\\AV Instance]\n\"Altitude\"=\"320000.5\"\n\"Flags\"=dword:00000001\n");
    has(what.registry_text, "\"Extensions\"=hex(7):64,00,6f,00,63,00,00,00,61,00,2c,00,62,00,00,00,00,00\n");
    has(what.registry_text, "\"Bytes\"=hex:01,fe\n");
    has(what.registry_text, "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Some \"Quoted\" Key]\n@=\"the default\"\n");
    assert_null(strstr(what.registry_text, "Nowhere"));
    installation_free(&what);
    inf_free(&inf);
}

static void service_of_inf(void **state)
{
    check_sample(sample, sizeof sample - 1);
}

static void encodings(void **state)
{
    static char wide[2 * sizeof sample + 2] = "\xFF\xFE", marked[sizeof sample + 3] = "\xEF\xBB\xBF";
    for (size_t i = 0; i < sizeof sample - 1; i++)
        wide[2 + 2 * i] = sample[i];
    check_sample(wide, 2 * sizeof sample);
    memcpy(marked + 3, sample, sizeof sample - 1);
    check_sample(marked, sizeof sample + 2);
}

static void refused(const char *text, const char *expected)
{
    struct inf inf;
    struct installation what = {0};
    bool good = inf_read(&inf, text, strlen(text)) && installation_read(&inf, &what);
    assert_false(good);
    has(inf.message, expected);
    installation_free(&what);
    inf_free(&inf);
}

static void mistakes(void **state)
{
    refused("Key = value\n", "line 1: an entry before the first [section]");
    refused("[Version]\n\n[Broken\n", "line 3: a section's name has no ]");
    refused("[Version]\nSignature = x\n", "no [DefaultInstall...] section");
    refused("[DefaultInstall]\n", "[DefaultInstall.Services] adds no service");
    refused("[DefaultInstall]\n[DefaultInstall.Services]\nAddService = a,,Missing\n",
        "line 3: there is no section [Missing]");
    refused("[DefaultInstall]\n[DefaultInstall.Services]\nAddService = a,,S\n[S]\nAddReg = "
            "R\n[R]\nHKCU,x,y,0,z\n",
        "line 7: HKCU is neither HKR nor HKLM");
}

/* Whatever stands in the file, it is read or refused. */
static void damaged(void **state)
{
    static char copy[sizeof sample];
    unsigned random = 7;
    for (int turn = 0; turn < 5000; turn++) {
        memcpy(copy, sample, sizeof sample);
        for (int i = 0; i < 6; i++) {
            random = random * 1103515245 + 12345;
            size_t place = (random >> 8) % (sizeof sample - 1);
            random = random * 1103515245 + 12345;
            copy[place] = "\"%;[]=,\\\n\0\xFFx"[(random >> 16) % 12];
        }
        struct inf inf;
        struct installation what = {0};
        if (inf_read(&inf, copy, sizeof sample - 1 - (turn % 3 ? 0 : (random >> 8) % sizeof sample)))
            installation_read(&inf, &what);
        installation_free(&what);
        inf_free(&inf);
    }
}

static void json(void **state)
{
    struct json value;
    assert_true(json_read(
        "[{\"name\":\"\\\\A\\\"b\\u000a\",\"limit\":-1,\"clients\":[{\"pid\":7}, {\"pid\":8}]},{}]", &value));
    assert_int_equal(value.count, 2);
    assert_string_equal(json_string(&value.item[0], "name"), "\\A\"b\n");
    assert_int_equal(json_number(&value.item[0], "limit"), -1);
    assert_int_equal(json_number(&json_member(&value.item[0], "clients")->item[1], "pid"), 8);
    assert_string_equal(json_string(&value.item[1], "name"), "");
    json_free(&value);
    const char *const bad[] = {"", "[", "[1,", "{\"a\" 1}", "\"open", "[1] 2", "{a:1}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (json_read(bad[i], &value))
            fail_msg("%s was read", bad[i]);
        json_free(&value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("F-053 F-054 F-059 F-060 F-062 an .inf becomes a service", service_of_inf),
        TEST("F-059 an .inf in UTF-16 and with a mark", encodings),
        TEST("F-059 mistakes in an .inf are told with their line", mistakes),
        TEST("damaged .inf files", damaged),
        TEST("the manager's JSON", json),
    };
    return RUN_TESTS(tests, NULL, NULL);
}
