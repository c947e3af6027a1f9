/* The words by which customers opt out of messages, in again, and ask for help, by language; and
 * what is answered. English: CTIA's handbook of short codes; the others are what carriers there
 * use. */
#include "config/tables.h"

#include <tandem/connector.h>

struct language {
    const char *id;
    const char *stop, *start, *help; /* words, '|' separated */
    const char *stopped, *started, *helped;
};
static const struct language languages[] = {
    {"en", "stop|stopall|stop all|unsubscribe|cancel|end|quit|revoke|optout|opt out",
     "start|unstop|resubscribe", "help|info",
     "{name}: You will get no more messages from us. Reply START to get them again.",
     "{name}: You get messages from us again. Reply STOP to end them.",
     "{name}: Write your question here and we will answer. Reply STOP to get no more messages."},
    {"de", "stop|stopp|abmelden|austragen|abbestellen", "start|anmelden", "hilfe|help|info",
     "{name}: Sie erhalten keine Nachrichten mehr von uns. Mit START erhalten Sie wieder welche.",
     "{name}: Sie erhalten wieder Nachrichten von uns. Mit STOP beenden Sie das.",
     "{name}: Schreiben Sie uns hier Ihre Frage, wir antworten. Mit STOP erhalten Sie keine "
     "Nachrichten mehr."},
    {"fr", "stop|arrêt|arret|désabonner|desabonner", "start|reprendre", "aide|help|info",
     "{name} : vous ne recevrez plus de messages. Répondez START pour en recevoir à nouveau.",
     "{name} : vous recevez à nouveau nos messages. Répondez STOP pour les arrêter.",
     "{name} : écrivez votre question ici, nous répondrons. Répondez STOP pour ne plus recevoir "
     "de messages."},
    {"es", "stop|alto|baja|parar|cancelar", "start|alta|reanudar", "ayuda|help|info",
     "{name}: No recibirá más mensajes. Responda START para recibirlos de nuevo.",
     "{name}: Recibirá mensajes de nuevo. Responda STOP para no recibirlos.",
     "{name}: Escriba aquí su pregunta y le responderemos. Responda STOP para no recibir más "
     "mensajes."},
    {"pt", "stop|parar|sair|cancelar", "start|voltar", "ajuda|help|info",
     "{name}: Não receberá mais mensagens. Responda START para voltar a receber.",
     "{name}: Voltará a receber mensagens. Responda STOP para não receber.",
     "{name}: Escreva aqui a sua pergunta e responderemos. Responda STOP para não receber mais "
     "mensagens."},
    {"it", "stop|ferma|disiscrivi|cancella", "start|riprendi", "aiuto|help|info",
     "{name}: Non riceverai altri messaggi. Rispondi START per riceverli di nuovo.",
     "{name}: Riceverai di nuovo i messaggi. Rispondi STOP per non riceverli.",
     "{name}: Scrivi qui la tua domanda e risponderemo. Rispondi STOP per non ricevere altri "
     "messaggi."},
    {"nl", "stop|stoppen|afmelden|uitschrijven", "start|aanmelden", "help|hulp|info",
     "{name}: U ontvangt geen berichten meer. Antwoord START om ze weer te ontvangen.",
     "{name}: U ontvangt weer berichten. Antwoord STOP om te stoppen.",
     "{name}: Schrijf hier uw vraag en wij antwoorden. Antwoord STOP om geen berichten meer te "
     "ontvangen."},
    {"pl", "stop|koniec|rezygnuję|rezygnuje", "start|wznów|wznow", "pomoc|help|info",
     "{name}: Nie otrzymasz więcej wiadomości. Odpowiedz START, aby je znów otrzymywać.",
     "{name}: Znów otrzymujesz wiadomości. Odpowiedz STOP, aby zrezygnować.",
     "{name}: Napisz tutaj pytanie, a odpowiemy. Odpowiedz STOP, aby nie otrzymywać wiadomości."},
    {"cs", "stop|konec|odhlásit|odhlasit", "start|přihlásit|prihlasit", "pomoc|help|info",
     "{name}: Nebudete dostávat další zprávy. Odpovězte START, pokud je chcete znovu.",
     "{name}: Budete znovu dostávat zprávy. Odpovězte STOP, pokud je nechcete.",
     "{name}: Napište sem svůj dotaz a odpovíme. Odpovězte STOP, pokud nechcete další zprávy."},
    {"sv", "stopp|stop|avsluta|avregistrera", "start|starta", "hjälp|hjalp|help|info",
     "{name}: Du får inga fler meddelanden. Svara START för att få dem igen.",
     "{name}: Du får meddelanden igen. Svara STOPP för att slippa dem.",
     "{name}: Skriv din fråga här så svarar vi. Svara STOPP för att inte få fler meddelanden."},
    {"da", "stop|afmeld|frameld", "start|tilmeld", "hjælp|hjaelp|help|info",
     "{name}: Du får ikke flere beskeder. Svar START for at få dem igen.",
     "{name}: Du får beskeder igen. Svar STOP for at slippe.",
     "{name}: Skriv dit spørgsmål her, så svarer vi. Svar STOP for ikke at få flere beskeder."},
    {"nb", "stopp|stop|avmeld", "start|påmeld", "hjelp|help|info",
     "{name}: Du får ikke flere meldinger. Svar START for å få dem igjen.",
     "{name}: Du får meldinger igjen. Svar STOPP for å slippe.",
     "{name}: Skriv spørsmålet ditt her, så svarer vi. Svar STOPP for ikke å få flere meldinger."},
    {"fi", "stop|lopeta|seis", "start|aloita", "apua|ohje|help|info",
     "{name}: Et saa enää viestejä. Vastaa START, jos haluat niitä taas.",
     "{name}: Saat taas viestejä. Vastaa STOP, jos et halua niitä.",
     "{name}: Kirjoita kysymyksesi tähän, niin vastaamme. Vastaa STOP, jos et halua viestejä."},
    {"ru", "стоп|stop|отписаться", "старт|start|подписаться", "помощь|help|инфо|info",
     "{name}: Вы больше не будете получать сообщения. Ответьте START, чтобы получать их снова.",
     "{name}: Вы снова будете получать сообщения. Ответьте STOP, чтобы отказаться.",
     "{name}: Напишите здесь свой вопрос, и мы ответим. Ответьте STOP, чтобы отказаться от "
     "сообщений."},
};

static const struct language *find(struct td_str id) {
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (td_str_eqz(id, languages[i].id))
            return &languages[i];
    return NULL;
}

/* ---- building the list ---- */

struct building {
    struct reader *r;
    const struct keyword_settings *k;
    struct channel_policy *out;
    bool answers;
};

/* ASCII letters do for a list that a person writes; the core folds the rest. */
static bool same_word(struct td_str a, struct td_str b) {
    return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

static bool is_left_out(const struct building *b, struct td_str word) {
    for (size_t i = 0; i < b->k->ignore.n; i++)
        if (same_word(b->k->ignore.v[i], word))
            return true;
    for (size_t i = 0; i < b->out->keywords.n; i++) /* the first language's answer counts */
        if (same_word(b->out->keywords.v[i].word, word))
            return true;
    return false;
}

static void add(struct building *b, struct td_str word, uint32_t action, struct td_str answer) {
    const struct td_str own[] = {b->k->stop_answer, b->k->start_answer, b->k->help_answer};
    if (!word.n || is_left_out(b, word))
        return;
    b->out->keywords.v = reader_grow(b->r, b->out->keywords.v, b->out->keywords.n,
                                     sizeof(struct keyword_policy));
    b->out->keywords.v[b->out->keywords.n++] = (struct keyword_policy){
        .word = word,
        .action = action,
        .answer = !b->answers     ? TD_STR("")
                  : own[action].n ? own[action]
                                  : answer};
}

static void add_words(struct building *b, const char *words, uint32_t action, const char *answer) {
    while (*words) {
        size_t n = strcspn(words, "|");
        add(b, (struct td_str){words, n}, action, td_str_of(answer));
        words += n + (words[n] == '|');
    }
}

static void add_language(struct building *b, const struct language *x) {
    add_words(b, x->stop, KW_STOP, x->stopped);
    add_words(b, x->start, KW_START, x->started);
    add_words(b, x->help, KW_HELP, x->helped);
}

static void add_own(struct building *b, const struct td_strs *words, uint32_t action,
                    const char *answer) {
    for (size_t i = 0; i < words->n; i++)
        add(b, words->v[i], action, td_str_of(answer));
}

/* Which the channel's kind and its provider suggest. */
static uint32_t mode_of(const struct td_connector *c, const struct keyword_settings *k,
                        const struct channel_policy *out) {
    if (k->mode != KM_DEFAULT)
        return k->mode;
    if (out->kind != CK_SMS)
        return KM_OFF;
    return c->capabilities & TD_CAN_OPT_OUT || !(c->capabilities & TD_CAN_SEND) ? KM_NOTE
                                                                                : KM_ANSWER;
}

void keywords_read(struct reader *r, const struct place *at, unsigned line,
                   const struct td_connector *connector, const struct keyword_settings *k,
                   struct channel_policy *out) {
    static const struct td_str english[] = {{"en", 2}};
    uint32_t mode = mode_of(connector, k, out);
    struct building b = {.r = r, .k = k, .out = out, .answers = mode == KM_ANSWER};
    const struct td_str *ids = k->languages.n ? k->languages.v : english;
    size_t n = k->languages.n ? k->languages.n : 1;
    const struct language *chief = NULL;
    if (mode == KM_OFF)
        return;
    for (size_t i = 0; i < n; i++) {
        const struct language *x = find(ids[i]);
        struct place here = {at, TD_STR("keyword_languages"), 0};
        if (!x) {
            reader_fail(r, &here, line,
                        "found %.*s, whose words are not known: add them as "
                        "stop_words, start_words and help_words",
                        TD_FMT(td_str_cut(ids[i], 40)));
            continue;
        }
        chief = chief ? chief : x;
        add_language(&b, x);
    }
    chief = chief ? chief : &languages[0];
    add_own(&b, &k->stop, KW_STOP, chief->stopped);
    add_own(&b, &k->start, KW_START, chief->started);
    add_own(&b, &k->help, KW_HELP, chief->helped);
}

/* ---- the name ---- */

static struct td_str named(struct td_arena *a, struct td_str text, struct td_str name) {
    static const char mark[] = "{name}";
    const char *at = text.n ? memmem(text.p, text.n, mark, sizeof mark - 1) : NULL;
    if (!at)
        return text;
    size_t before = (size_t)(at - text.p), after = text.n - before - (sizeof mark - 1);
    return td_arena_printf(a, "%.*s%.*s%.*s", (int)before, text.p, TD_FMT(name), (int)after,
                           at + sizeof mark - 1);
}

void keywords_name(struct reader *r, struct channel_policy *channel, struct td_str name) {
    for (size_t i = 0; i < channel->keywords.n; i++)
        channel->keywords.v[i].answer = named(r->arena, channel->keywords.v[i].answer, name);
}
