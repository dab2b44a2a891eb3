/* A program without a C runtime, so that a linker like Microsoft's needs nothing but the import library. Its exit code is the
   first character of the version. */
#include <clever_sso.h>

int start(void)
{
    return clever_sso_version()[0];
}
