/* The launcher's own few words; the panel brings the rest. open, close, unread. */
export const words: Record<string, [string, string, string]> = {
  en: ['Open chat', 'Close chat', 'unread'],
  de: ['Chat öffnen', 'Chat schließen', 'ungelesen'],
  es: ['Abrir chat', 'Cerrar chat', 'sin leer'],
  fr: ['Ouvrir la discussion', 'Fermer la discussion', 'non lus'],
  pt: ['Abrir chat', 'Fechar chat', 'por ler'],
  ar: ['فتح الدردشة', 'إغلاق الدردشة', 'غير مقروءة'],
};
