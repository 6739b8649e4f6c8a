/** What distributions put beside an image's own program, as far as tools/tool-registry.ts has it. */
const under = (folder: string, names: string) => names.split(' ').map((name) => `${folder}/${name}`);

/** Alpine: busybox. */
export const busyboxTools: readonly string[] = [
  ...under(
    '/bin',
    'ash cat cp date echo egrep false grep hostname kill ls mkdir mv printenv ps pwd rm rmdir sh sleep tar touch true uname',
  ),
  ...under(
    '/usr/bin',
    '[ basename cut dirname env head id nc nslookup printf seq sort tail tee test tr uniq wc wget which whoami',
  ),
];

/** Debian and Ubuntu: dash or bash, coreutils, grep. `ps` is in procps, which slim images lack. */
export const debianTools: readonly string[] = [
  ...under(
    '/bin',
    'bash cat cp date echo egrep false grep hostname kill ls mkdir mv pwd rm rmdir sh sleep tar touch true uname',
  ),
  ...under(
    '/usr/bin',
    '[ basename cut dirname env head id printenv printf seq sort tail tee test tr uniq wc which whoami',
  ),
];
