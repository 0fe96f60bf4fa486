/* What wine 8 lacks, for `make wine-smoke` only; it is in no build that is handed out.
 *
 * Go's runtime takes its random numbers from bcryptprimitives.dll, which wine 8 does not have:
 * without this file no Go program starts there.
 *
 * wine's SetWindowDisplayAffinity always refuses. With SHIM_AFFINITY set to a file, these
 * stand in for it and its reading half: they demand what Windows demands (a top-level window of
 * the calling process, a known affinity), keep the value with the window, and write each order to
 * the file, a line each: affinity, 1 if taken, the window's title. They hide nothing from captures.
 */
#include <windows.h>
#include <stdio.h>

BOOLEAN NTAPI SystemFunction036(PVOID, ULONG); /* RtlGenRandom */

static const WCHAR prop[] = L"shim.affinity";
static char record[MAX_PATH];

static BOOL WINAPI set_affinity(HWND window, DWORD affinity) {
	DWORD owner = 0;
	WCHAR wide[128];
	char title[256] = "", line[320];
	DWORD written;
	GetWindowThreadProcessId(window, &owner);
	BOOL taken = IsWindow(window) && GetAncestor(window, GA_ROOT) == window && owner == GetCurrentProcessId() &&
		(affinity == 0 || affinity == 1 || affinity == 0x11);
	if (taken) SetPropW(window, prop, (HANDLE)(ULONG_PTR)affinity);
	else SetLastError(ERROR_INVALID_PARAMETER);
	if (GetWindowTextW(window, wide, 128) > 0)
		WideCharToMultiByte(CP_UTF8, 0, wide, -1, title, sizeof title, NULL, NULL);
	int n = snprintf(line, sizeof line, "%lu %d %s\n", (unsigned long)affinity, taken ? 1 : 0, title);
	HANDLE file = CreateFileA(record, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
	if (file != INVALID_HANDLE_VALUE) {
		WriteFile(file, line, (DWORD)n, &written, NULL);
		CloseHandle(file);
	}
	return taken;
}

static BOOL WINAPI get_affinity(HWND window, DWORD *affinity) {
	if (!IsWindow(window) || affinity == NULL) {
		SetLastError(ERROR_INVALID_PARAMETER);
		return FALSE;
	}
	*affinity = (DWORD)(ULONG_PTR)GetPropW(window, prop);
	return TRUE;
}

/* replace makes a function jump to another: mov rax, imm64; jmp rax. */
static void replace(HMODULE dll, const char *name, void *with) {
	unsigned char *at = (unsigned char *)(void *)GetProcAddress(dll, name);
	DWORD before;
	if (at == NULL || !VirtualProtect(at, 12, PAGE_EXECUTE_READWRITE, &before)) return;
	at[0] = 0x48, at[1] = 0xb8;
	memcpy(at + 2, &with, 8);
	at[10] = 0xff, at[11] = 0xe0;
	VirtualProtect(at, 12, before, &before);
	FlushInstructionCache(GetCurrentProcess(), at, 12);
}

static void once(void) {
	static LONG done = 0;
	if (InterlockedExchange(&done, 1)) return;
	if (GetEnvironmentVariableA("SHIM_AFFINITY", record, sizeof record) == 0) return;
	HMODULE user32 = LoadLibraryA("user32.dll");
	replace(user32, "SetWindowDisplayAffinity", (void *)set_affinity);
	replace(user32, "GetWindowDisplayAffinity", (void *)get_affinity);
}

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n) {
	once();
	return SystemFunction036(bytes, (ULONG)n);
}
