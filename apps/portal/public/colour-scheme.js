// Sets light or dark before the first paint, so that the page does not flash. A file of its own because the
// content security policy forbids inline scripts.
(() => {
  let wish = 'auto';
  try {
    wish = localStorage.getItem('mantine-color-scheme-value') ?? 'auto';
  } catch {
    // storage may be switched off; the system's choice is right then
  }
  const dark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
