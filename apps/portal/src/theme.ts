import { createTheme, defaultVariantColorsResolver } from '@mantine/core';

/** Options beyond this height scroll. */
const longList = {
  defaultProps: { withScrollArea: false, styles: { options: { maxHeight: 280, overflowY: 'auto' } } },
};

/** Calm and dense; the primary indigo is `#364fc7` on light and `#748ffc` on dark ground, both ≥ 4.5:1. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 9, dark: 4 },
  // White on the light scheme's indigo, nearly black on the dark scheme's: the library would take white for both.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input);
    const isPrimary = (input.color ?? input.theme.primaryColor) === input.theme.primaryColor;
    return input.variant === 'filled' && isPrimary ? { ...colours, color: 'var(--vre-on-primary)' } : colours;
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 8,
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Anchor: { defaultProps: { inherit: true } },
    // Lists open where they belong in the document, so that landmarks hold them; the list itself scrolls.
    Combobox: { defaultProps: { withinPortal: false } },
    Menu: { defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: { withinPortal: false } },
    Autocomplete: longList,
    MultiSelect: longList,
    Select: longList,
    Alert: { defaultProps: { variant: 'default' } },
    Tooltip: {
      defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } },
    },
    // A dialog's header is no banner of the page.
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        attributes: { header: { role: 'none' } },
      },
    },
  },
});
