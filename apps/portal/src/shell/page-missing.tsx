import { IconMapOff } from '@tabler/icons-react';
import { NothingHere } from '../design/nothing-here.tsx';
import { Page } from '../design/page.tsx';

/** No page has this address. */
export function PageMissing() {
  return (
    <Page title="No such page">
      <NothingHere icon={IconMapOff} title="Nothing is at this address">
        The link may be old or mistyped. Use the navigation or the search (Ctrl K).
      </NothingHere>
    </Page>
  );
}
