/* qiantong.c - the administrator's program; everything lies in cli/. */
#include "cli/cli.h"

int main(int word_count, char *words[])
{
    return cli_main(word_count, words);
}
