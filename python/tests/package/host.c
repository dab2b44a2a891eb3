/* A host that ends its interpreter and lives on. Arguments: a Python program, and what it finds in sys.argv[1].
 * Commands on stdin: "finalize", then "leave". With a third argument there are none: the interpreter ends inside exit(). */
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_a_command(void) {
    char line[80];
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(2);
}

/* Without the GIL: a thread that was just started needs it to reach its call. */
static void let_threads_run_until_a_command(void) {
    Py_BEGIN_ALLOW_THREADS
    wait_for_a_command();
    Py_END_ALLOW_THREADS
}

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

static void finalize(void) {
    if (Py_FinalizeEx() != 0)
        _exit(4);
}

int main(int count, char **arguments) {
    PyObject *words;
    if (count != 3 && count != 4)
        return 2;
    Py_InitializeEx(0);
    words = Py_BuildValue("[ss]", "host", arguments[2]);
    if (words == NULL || PySys_SetObject("argv", words) != 0)
        return 3;
    Py_DECREF(words);
    if (PyRun_SimpleString(arguments[1]) != 0)
        return 3;
    if (count == 4)
        return atexit(finalize);
    let_threads_run_until_a_command();
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
