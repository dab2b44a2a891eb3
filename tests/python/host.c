/* A host that ends its interpreter and lives on. Arguments: a Python program, and what it finds in sys.argv[1].
 * Commands on stdin: "finalize", then "leave". */
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>

static void wait_for_a_command(void) {
    char line[80];
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(2);
}

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

int main(int count, char **arguments) {
    wchar_t *words[2];
    if (count != 3)
        return 2;
    words[0] = Py_DecodeLocale("host", NULL);
    words[1] = Py_DecodeLocale(arguments[2], NULL);
    Py_InitializeEx(0);
    PySys_SetArgvEx(2, words, 0);
    if (PyRun_SimpleString(arguments[1]) != 0)
        return 3;
    wait_for_a_command();
    if (Py_FinalizeEx() != 0)
        return 4;
    say("finalized");
    /* The classes of the first interpreter are gone; what would use them is refused. */
    Py_InitializeEx(0);
    if (PyRun_SimpleString("try:\n    import clever_sso\nexcept ImportError as error:\n"
                           "    assert 'Py_Finalize' in str(error), error\nelse:\n    raise SystemExit(1)") != 0)
        return 5;
    if (Py_FinalizeEx() != 0)
        return 6;
    say("refused");
    wait_for_a_command();
    say("left");
    return 0;
}
