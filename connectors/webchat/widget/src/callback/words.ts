/* What callback.js says, by the panel's language. */
const en = {
  offer: 'Call me back instead',
  contact: 'Phone number or email',
  when: 'When?',
  soon: 'As soon as possible',
  later: 'Not before',
  time: 'Date and time',
  submit: 'Ask for a call',
  keep: 'Keep waiting',
  badContact: 'Please give a phone number or an email address.',
  badTime: 'Please choose a time within the next 30 days.',
  doneTitle: 'We will get back to you',
  doneSoon: 'You need not wait here. We will call or write as soon as we can.',
  doneAt: 'You need not wait here. We will call or write, not before this time: {t}.',
};
export type CallbackWords = typeof en;

const de: CallbackWords = {
  offer: 'Lieber zurückrufen lassen',
  contact: 'Telefonnummer oder E-Mail',
  when: 'Wann?',
  soon: 'So bald wie möglich',
  later: 'Nicht vor',
  time: 'Datum und Uhrzeit',
  submit: 'Rückruf anfordern',
  keep: 'Weiter warten',
  badContact: 'Bitte geben Sie eine Telefonnummer oder E-Mail-Adresse an.',
  badTime: 'Bitte wählen Sie eine Zeit in den nächsten 30 Tagen.',
  doneTitle: 'Wir melden uns bei Ihnen',
  doneSoon: 'Sie müssen hier nicht warten. Wir rufen an oder schreiben, sobald wir können.',
  doneAt: 'Sie müssen hier nicht warten. Wir rufen an oder schreiben, nicht vor dieser Zeit: {t}.',
};

const es: CallbackWords = {
  offer: 'Prefiero que me llamen',
  contact: 'Teléfono o correo electrónico',
  when: '¿Cuándo?',
  soon: 'Lo antes posible',
  later: 'No antes de',
  time: 'Fecha y hora',
  submit: 'Pedir una llamada',
  keep: 'Seguir esperando',
  badContact: 'Indique un número de teléfono o una dirección de correo.',
  badTime: 'Elija una hora dentro de los próximos 30 días.',
  doneTitle: 'Nos pondremos en contacto con usted',
  doneSoon: 'No hace falta que espere aquí. Le llamaremos o escribiremos lo antes posible.',
  doneAt: 'No hace falta que espere aquí. Le llamaremos o escribiremos, no antes de esta hora: {t}.',
};

const fr: CallbackWords = {
  offer: 'Être rappelé plutôt',
  contact: 'Téléphone ou e-mail',
  when: 'Quand ?',
  soon: 'Dès que possible',
  later: 'Pas avant',
  time: 'Date et heure',
  submit: 'Demander un rappel',
  keep: 'Continuer d’attendre',
  badContact: 'Indiquez un numéro de téléphone ou une adresse e-mail.',
  badTime: 'Choisissez une heure dans les 30 prochains jours.',
  doneTitle: 'Nous reviendrons vers vous',
  doneSoon: 'Inutile d’attendre ici. Nous vous appellerons ou vous écrirons dès que possible.',
  doneAt: 'Inutile d’attendre ici. Nous vous appellerons ou vous écrirons, pas avant cette heure : {t}.',
};

const pt: CallbackWords = {
  offer: 'Prefiro que me liguem',
  contact: 'Telefone ou e-mail',
  when: 'Quando?',
  soon: 'Assim que possível',
  later: 'Não antes de',
  time: 'Data e hora',
  submit: 'Pedir uma chamada',
  keep: 'Continuar à espera',
  badContact: 'Indique um número de telefone ou um endereço de e-mail.',
  badTime: 'Escolha uma hora nos próximos 30 dias.',
  doneTitle: 'Entraremos em contacto consigo',
  doneSoon: 'Não precisa de esperar aqui. Ligamos ou escrevemos assim que pudermos.',
  doneAt: 'Não precisa de esperar aqui. Ligamos ou escrevemos, não antes desta hora: {t}.',
};

const ar: CallbackWords = {
  offer: 'أفضّل أن تتصلوا بي',
  contact: 'رقم الهاتف أو البريد الإلكتروني',
  when: 'متى؟',
  soon: 'في أقرب وقت ممكن',
  later: 'ليس قبل',
  time: 'التاريخ والوقت',
  submit: 'طلب اتصال',
  keep: 'متابعة الانتظار',
  badContact: 'يرجى إدخال رقم هاتف أو عنوان بريد إلكتروني.',
  badTime: 'يرجى اختيار وقت خلال الثلاثين يومًا القادمة.',
  doneTitle: 'سنعاود التواصل معك',
  doneSoon: 'لا داعي للانتظار هنا. سنتصل بك أو نكتب إليك في أقرب وقت.',
  doneAt: 'لا داعي للانتظار هنا. سنتصل بك أو نكتب إليك، ليس قبل هذا الوقت: {t}.',
};

export const callbackLanguages: Record<string, CallbackWords> = { en, de, es, fr, pt, ar };

/* `lang` is a tag: "de", "pt-BR". */
export const callbackWords = (lang: string): CallbackWords => callbackLanguages[lang.toLowerCase().split('-')[0]] ?? en;
