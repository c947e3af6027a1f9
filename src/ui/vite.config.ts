import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const daemon = process.env.TANDEM_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      // Radix locks the page's scroll with a <style> element, which the daemon's policy forbids
      // (style-src 'self'). This page never scrolls as a whole, so the lock does nothing here.
      'react-remove-scroll': fileURLToPath(new URL('./src/lib/no-scroll-lock.tsx', import.meta.url)),
    },
  },
  build: {
    target: 'es2021',
    assetsInlineLimit: 0, // data: URLs in CSS would need a wider policy
    modulePreload: { polyfill: false },
    sourcemap: false,
    rollupOptions: {
      output: {
        // What changes rarely apart from what changes with every release.
        manualChunks: (id) => (id.includes('node_modules') ? 'vendor' : undefined),
      },
    },
  },
  server: {
    proxy: {
      '/agent': { target: daemon, ws: true },
      '/v1': daemon,
      '/login': daemon,
      '/logout': daemon,
    },
  },
});
