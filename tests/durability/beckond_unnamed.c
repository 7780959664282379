/* beckond_unnamed: a beckond that syncs its files and not its folders, so that a power cut may take
 * the files' names. The power loss test must notice. */
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_fsync(int fd)
{
    static bool said;
    struct stat found;
    if (!said) fputs("beckond_unnamed: unsafe, for tests only\n", stderr);
    said = true;
    return fstat(fd, &found) == 0 && S_ISDIR(found.st_mode) ? 0 : __real_fsync(fd);
}
