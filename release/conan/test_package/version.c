#include <clever_sso.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    printf("clever_sso %s\n", clever_sso_version());
    return strcmp(clever_sso_version(), CLEVER_SSO_VERSION) != 0;
}
