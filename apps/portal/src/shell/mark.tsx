import { Group, Text } from '@mantine/core';

/** The product's sign and name. */
export function Mark() {
  return (
    <Group gap={10} wrap="nowrap">
      <img src="/portal-icon.svg" alt="" width={28} height={28} />
      <Text fw={650} component="span" style={{ whiteSpace: 'nowrap' }}>
        VRE
      </Text>
    </Group>
  );
}
