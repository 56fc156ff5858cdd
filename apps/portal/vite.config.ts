import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  plugins: [react()],
  resolve: { conditions: ['@vre/source', ...defaultClientConditions] },
  // Assets are never inlined: the content security policy allows files of this origin only.
  build: { outDir: 'dist', assetsInlineLimit: 0, target: 'es2023', reportCompressedSize: true },
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
});
