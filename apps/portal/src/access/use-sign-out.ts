import { useMutation } from '@tanstack/react-query';
import { signOut } from './session.ts';

/** Ends the session; the page is loaded anew, so that nothing of the person stays in memory. */
export const useSignOut = () =>
  useMutation({
    mutationFn: signOut,
    onSuccess: (address) => location.assign(address ?? '/'),
  });
