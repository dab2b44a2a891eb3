/* A program without a C runtime, so that a linker of Microsoft's kind needs nothing but the import library.
 * It ends with the first character of the version. */
#include <clever_sso.h>

int start(void)
{
    return clever_sso_version()[0];
}
