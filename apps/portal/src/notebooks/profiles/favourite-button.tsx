import { ActionIcon, Tooltip } from '@mantine/core';
import { IconStar, IconStarFilled } from '@tabler/icons-react';

type Props = { readonly title: string; readonly pressed: boolean; readonly onToggle: () => void };

/** Marks a card as favourite: it comes first. */
export function FavouriteButton({ title, pressed, onToggle }: Props) {
  const Star = pressed ? IconStarFilled : IconStar;
  return (
    <Tooltip label={pressed ? 'A favourite: comes first' : 'Make it a favourite'}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={28}
        aria-label={`Favourite: ${title}`}
        aria-pressed={pressed}
        onClick={onToggle}
      >
        <Star size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
