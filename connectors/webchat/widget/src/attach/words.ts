/* The few words of this part, by language; English where there is none. */
const en = {
  attach: 'Attach a file',
  uploading: 'Uploading',
  cancel: 'Cancel',
  empty: '{name} is empty.',
  tooLarge: '{name} is larger than {n} MB.',
  tooMany: 'Too many files at once. Please wait a little.',
  failed: '{name} could not be sent. Please try again.',
};
type Words = typeof en;

const languages: Record<string, Words> = {
  en,
  de: {
    attach: 'Datei anhängen',
    uploading: 'Wird hochgeladen',
    cancel: 'Abbrechen',
    empty: '{name} ist leer.',
    tooLarge: '{name} ist größer als {n} MB.',
    tooMany: 'Zu viele Dateien auf einmal. Bitte warten Sie ein wenig.',
    failed: '{name} konnte nicht gesendet werden. Bitte versuchen Sie es noch einmal.',
  },
  es: {
    attach: 'Adjuntar un archivo',
    uploading: 'Subiendo',
    cancel: 'Cancelar',
    empty: '{name} está vacío.',
    tooLarge: '{name} supera los {n} MB.',
    tooMany: 'Demasiados archivos a la vez. Espere un poco.',
    failed: 'No se pudo enviar {name}. Inténtelo de nuevo.',
  },
  fr: {
    attach: 'Joindre un fichier',
    uploading: 'Envoi en cours',
    cancel: 'Annuler',
    empty: '{name} est vide.',
    tooLarge: '{name} dépasse {n} Mo.',
    tooMany: 'Trop de fichiers à la fois. Veuillez patienter un peu.',
    failed: '{name} n’a pas pu être envoyé. Veuillez réessayer.',
  },
  pt: {
    attach: 'Anexar um ficheiro',
    uploading: 'A enviar',
    cancel: 'Cancelar',
    empty: '{name} está vazio.',
    tooLarge: '{name} tem mais de {n} MB.',
    tooMany: 'Demasiados ficheiros de uma vez. Aguarde um pouco.',
    failed: 'Não foi possível enviar {name}. Tente novamente.',
  },
  ar: {
    attach: 'إرفاق ملف',
    uploading: 'جارٍ الرفع',
    cancel: 'إلغاء',
    empty: 'الملف {name} فارغ.',
    tooLarge: 'حجم {name} أكبر من {n} ميغابايت.',
    tooMany: 'ملفات كثيرة دفعة واحدة. يرجى الانتظار قليلاً.',
    failed: 'تعذّر إرسال {name}. يرجى المحاولة مرة أخرى.',
  },
};

export function wordsOf(lang: string): Words {
  const base = lang.toLowerCase().split(/[-_]/)[0];
  return Object.prototype.hasOwnProperty.call(languages, base) ? languages[base] : en;
}
